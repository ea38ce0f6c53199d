/**
 * What a Convex app calls. PromptEvolver is a static page: no server of it can be called from here. So this registers the
 * session and returns what the person's browser needs to run it; with `fallback` it asks the fallback server instead.
 */
import { ConvexError, v } from 'convex/values';
import { api, internal } from './_generated/api.ts';
import type { Doc, Id } from './_generated/dataModel.ts';
import { action } from './_generated/server.ts';
import { FieldError, prompt as readPrompt } from './delivery.ts';
import { askFallback } from './fallback.ts';
import { appAddress } from './settings.ts';

const row = v.object({
  question: v.optional(v.string()),
  answer: v.optional(v.string()),
  inputs: v.optional(v.record(v.string(), v.string())),
  reasoning: v.optional(v.string()),
});
/** PromptWizard's settings under their names, as in `mutate_refine_iterations`; the app checks them. */
const config = v.record(v.string(), v.union(v.string(), v.number(), v.boolean(), v.null()));

export interface Registered {
  session_id: Id<'sessions'>;
  status: Doc<'sessions'>['status'];
  /** Of the app's page, for the embed client of another site; null: this deployment was not told. */
  address: string | null;
  /** As the app takes it: to post to its `api/v1/optimize` from a page of its origin, or for the embed client. */
  request: { prompt: string; session_id: Id<'sessions'>; rows?: object[]; config?: object };
  optimized_prompt?: string;
  improvements?: string[];
  processing_time?: number;
  error?: string;
}

export const optimizePromptWithHFSpace = action({
  args: { prompt: v.string(), rows: v.optional(v.array(row)), config: v.optional(config), fallback: v.optional(v.boolean()) },
  handler: async (ctx, { prompt, rows, config, fallback }): Promise<Registered> => {
    checkPrompt(prompt);
    const address = appAddress();
    const owner = (await ctx.auth.getUserIdentity())?.tokenIdentifier;
    const session_id = await ctx.runMutation(internal.sessions.open, { prompt, owner });
    const request = { prompt, session_id, ...(rows ? { rows } : {}), ...(config ? { config } : {}) };
    if (!fallback) return { session_id, status: 'pending', address, request };
    await askFallback(ctx, session_id);
    const { status, optimized_prompt, improvements, processing_time, error } = await ctx.runQuery(api.sessions.getSession, { session_id });
    return { session_id, status, address, request, optimized_prompt, improvements, processing_time, error };
  },
});

function checkPrompt(prompt: string): void {
  try {
    readPrompt('prompt', prompt);
  } catch (fault) {
    throw new ConvexError({ detail: (fault as FieldError).message, code: 'bad_field', field: 'prompt' });
  }
}
