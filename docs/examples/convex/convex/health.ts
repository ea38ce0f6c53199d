/** Whether this deployment can take results, and whether its fallback server answers. It knows nothing of the person's browser. */
import { httpAction, internalQuery } from './_generated/server.ts';
import { internal } from './_generated/api.ts';
import { allowedOrigin, fallbackModel, fallbackServer, webhookSecret, type Fallback } from './settings.ts';

const PATIENCE = 3000;

/** The run that came last. Neither a test nor a second delivery of one run leaves a trace. `at`: ms since 1970. */
export const lastRun = internalQuery({
  args: {},
  handler: async (ctx): Promise<{ at: number; version: string | null } | null> => {
    const run = await ctx.db.query('runs').order('desc').first();
    return run && { at: run._creationTime, version: run.promptwizard_version ?? null };
  },
});

/** Always 200, so that a monitor gets a body; `status` tells. */
export const health = httpAction(async (ctx) => {
  const { fallback, detail } = await lookAtFallback();
  const last = await ctx.runQuery(internal.health.lastRun, {});
  const body = {
    status: fallback === 'healthy' || fallback === 'off' ? 'healthy' : 'degraded',
    model: fallbackModel(),
    promptwizard_version: last?.version ?? null,
    timestamp: new Date().toISOString(),
    fallback,
    webhook: { signed: webhookSecret() !== null, origin: allowedOrigin(), last_run: last && new Date(last.at).toISOString() },
    ...(detail === null ? {} : { detail }),
  };
  return Response.json(body, { headers: { 'Cache-Control': 'no-store', 'Access-Control-Allow-Origin': '*' } });
});

type Look = { fallback: 'off' | 'healthy' | 'unavailable' | 'misconfigured'; detail: string | null };

async function lookAtFallback(): Promise<Look> {
  let server: Fallback | null;
  try {
    server = fallbackServer();
  } catch (fault) {
    return { fallback: 'misconfigured', detail: (fault as { data: { detail: string } }).data.detail };
  }
  if (!server) return { fallback: 'off', detail: null };
  const headers: Record<string, string> = server.key ? { Authorization: `Bearer ${server.key}` } : {};
  const answer = await fetch(`${server.url}/models`, { headers, signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
  await answer?.body?.cancel();
  return answer?.ok
    ? { fallback: 'healthy', detail: null }
    : {
        fallback: 'unavailable',
        detail: answer ? `The fallback server answered with status ${answer.status}.` : 'The fallback server gave no answer.',
      };
}
