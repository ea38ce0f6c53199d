/** Asks the fallback server for a session that nobody took. Its result carries no `quality_score`: it was not measured. */
import { ConvexError, v } from 'convex/values';
import { internal } from './_generated/api.ts';
import type { Id } from './_generated/dataModel.ts';
import { internalAction, type ActionCtx } from './_generated/server.ts';
import { rewrite, ServerError } from './rewrite.ts';
import { fallbackServer } from './settings.ts';

export const ask = internalAction({
  args: { session: v.id('sessions') },
  handler: async (ctx, { session }): Promise<void> => await askFallback(ctx, session),
});

/** Ends the session, completed or failed; does nothing when somebody else has it. */
export async function askFallback(ctx: ActionCtx, session: Id<'sessions'>): Promise<void> {
  const prompt = await ctx.runMutation(internal.sessions.claim, { session });
  if (prompt === null) return;
  const start = Date.now();
  try {
    const server = fallbackServer();
    if (!server)
      throw new ServerError(
        'No fallback server is set. Set one by: npx convex env set PROMPTEVOLVER_FALLBACK_URL http://127.0.0.1:11434/v1',
      );
    const rewritten = await rewrite(server, prompt);
    const found = { ...rewritten, processing_time: (Date.now() - start) / 1000, model: server.model };
    await ctx.runMutation(internal.sessions.endFallback, { session, end: { found } });
  } catch (fault) {
    const error = { detail: wordsOf(fault), code: 'fallback' };
    await ctx.runMutation(internal.sessions.endFallback, { session, end: { error } });
  }
}

function wordsOf(fault: unknown): string {
  if (fault instanceof ServerError) return fault.message;
  if (fault instanceof ConvexError) return (fault.data as { detail: string }).detail;
  console.error('Fallback:', (fault as Error).name);
  return 'The fallback server could not be asked, by a fault of this deployment: look at its log.';
}
