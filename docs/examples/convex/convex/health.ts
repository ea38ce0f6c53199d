/** Whether this deployment can take results, and whether its fallback server answers. It knows nothing of the person's browser. */
import { httpAction, internalQuery } from './_generated/server.ts';
import { internal } from './_generated/api.ts';
import { allowedOrigin, fallbackModel, fallbackServer, webhookSecret, type Fallback } from './settings.ts';

const PATIENCE = 3000;

/** Of the run that came last; null: none came yet. */
export const lastVersion = internalQuery({
  args: {},
  handler: async (ctx): Promise<string | null> => (await ctx.db.query('runs').order('desc').first())?.promptwizard_version ?? null,
});

/** Always 200, so that a monitor gets a body; `status` tells. */
export const health = httpAction(async (ctx) => {
  const { fallback, detail } = await lookAtFallback();
  const body = {
    status: fallback === 'healthy' || fallback === 'off' ? 'healthy' : 'degraded',
    model: fallbackModel(),
    promptwizard_version: await ctx.runQuery(internal.health.lastVersion, {}),
    timestamp: new Date().toISOString(),
    fallback,
    webhook: { signed: webhookSecret() !== null, origin: allowedOrigin() },
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
