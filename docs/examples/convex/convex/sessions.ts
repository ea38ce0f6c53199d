/** A session from pending to its end. Which result a session keeps is decided here and nowhere else. */
import { ConvexError, v, type ObjectType } from 'convex/values';
import { internal } from './_generated/api.ts';
import type { Doc, Id } from './_generated/dataModel.ts';
import { internalMutation, mutation, query, type MutationCtx, type QueryCtx } from './_generated/server.ts';
import { FieldError, mark, readFailure, readFound } from './delivery.ts';
import { failure, found, type Failure, type Found } from './schema.ts';
import { fallbackServer, untilFallback, untilGivenUp } from './settings.ts';

export type Source = NonNullable<Doc<'sessions'>['source']>;
export type End = { source: Source; run_id?: string } & ({ found: Found } | { error: Failure });

/**
 * The first completed result stays, but a measured one takes the place of an unmeasured one of the fallback server. A result
 * takes the place of a failure, never the other way round. Returns whether the session changed.
 */
export async function end(ctx: MutationCtx, session: Doc<'sessions'>, { source, run_id, ...rest }: End): Promise<boolean> {
  if ('error' in rest) {
    if (session.status === 'completed' || session.status === 'failed') return false;
    await ctx.db.patch('sessions', session._id, { status: 'failed', error: rest.error.detail, source, run_id });
    return true;
  }
  const better = session.source === 'fallback' && rest.found.quality_score !== undefined;
  if (session.status === 'completed' && !better) return false;
  const { original_prompt, owner } = session;
  await ctx.db.replace('sessions', session._id, { status: 'completed', original_prompt, owner, source, run_id, ...rest.found });
  return true;
}

/** Pending, and with a time set after which somebody else takes it up, and one after which it is given up. */
export const open = internalMutation({
  args: { prompt: v.string(), owner: v.optional(v.string()) },
  handler: async (ctx, { prompt, owner }): Promise<Id<'sessions'>> => {
    const session = await ctx.db.insert('sessions', { status: 'pending', original_prompt: prompt, owner });
    if (fallbackServer()) await ctx.scheduler.runAfter(untilFallback(), internal.fallback.ask, { session });
    await ctx.scheduler.runAfter(untilGivenUp(), internal.sessions.giveUp, { session });
    return session;
  },
});

export const giveUp = internalMutation({
  args: { session: v.id('sessions') },
  handler: async (ctx, { session }): Promise<void> => {
    const doc = await ctx.db.get('sessions', session);
    if (!doc || doc.status === 'completed' || doc.status === 'failed') return;
    const detail = 'No result came in time. Open the app, take a model there, and ask again.';
    await ctx.db.patch('sessions', session, { status: 'failed', error: detail });
  },
});

/** By the browser, before it starts: the fallback server is not asked any more. Returns false when others have it already. */
export const takeSession = mutation({
  args: { session_id: v.id('sessions') },
  handler: async (ctx, { session_id }): Promise<boolean> => {
    const session = await own(ctx, session_id);
    if (session.status !== 'pending') return false;
    await ctx.db.patch('sessions', session_id, { status: 'processing', source: 'browser' });
    return true;
  },
});

const response = v.object({
  optimized_prompt: v.string(),
  improvements: v.array(v.string()),
  quality_score: v.number(),
  processing_time: v.number(),
  quality: v.optional(v.string()),
  verdict: v.optional(v.object({ outcome: v.string() })),
  model: v.optional(v.string()),
  promptwizard_version: v.optional(v.string()),
});
const resultArgs = {
  session_id: v.id('sessions'),
  run_id: v.optional(v.string()),
  response: v.optional(response),
  error: v.optional(failure),
};

/** By the browser, with the app's answer or its error. Returns whether the session changed. */
export const recordResult = mutation({
  args: resultArgs,
  handler: async (ctx, args): Promise<boolean> => {
    const session = await own(ctx, args.session_id);
    return await end(ctx, session, { source: 'browser', ...checked(args) });
  },
});

function checked({ run_id, response, error }: ObjectType<typeof resultArgs>) {
  try {
    const run = run_id === undefined ? {} : { run_id: mark('run_id', run_id) };
    if (response && !error) return { ...run, found: readFound(response) };
    if (error && !response) return { ...run, error: readFailure(error) };
  } catch (fault) {
    if (fault instanceof FieldError) throw new ConvexError({ detail: fault.message, code: 'bad_field', field: fault.field });
    throw fault;
  }
  throw new ConvexError({ detail: 'Send either response or error.', code: 'bad_field', field: 'response' });
}

export const getSession = query({
  args: { session_id: v.id('sessions') },
  handler: async (ctx, { session_id }): Promise<Doc<'sessions'>> => await own(ctx, session_id),
});

/** pending → processing; null: somebody else has it. Returns the prompt. */
export const claim = internalMutation({
  args: { session: v.id('sessions') },
  handler: async (ctx, { session }): Promise<string | null> => {
    const doc = await ctx.db.get('sessions', session);
    if (doc?.status !== 'pending') return null;
    await ctx.db.patch('sessions', session, { status: 'processing', source: 'fallback' });
    return doc.original_prompt;
  },
});

export const endFallback = internalMutation({
  args: { session: v.id('sessions'), end: v.union(v.object({ found }), v.object({ error: failure })) },
  handler: async (ctx, { session, end: how }): Promise<void> => {
    const doc = await ctx.db.get('sessions', session);
    if (doc) await end(ctx, doc, { source: 'fallback', ...how });
  },
});

/** One answer for a session that is not there and for another person's: nobody learns which. */
async function own(ctx: QueryCtx, id: Id<'sessions'>): Promise<Doc<'sessions'>> {
  const session = await ctx.db.get('sessions', id);
  const caller = (await ctx.auth.getUserIdentity())?.tokenIdentifier;
  if (!session || (session.owner !== undefined && session.owner !== caller))
    throw new ConvexError({ detail: 'You have no such session.', code: 'not_found' });
  return session;
}
