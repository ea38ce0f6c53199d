/** Takes the app's POST when a run ends. A 4xx makes the app give up, so only what can never be taken is refused. */
import { v } from 'convex/values';
import { internal } from './_generated/api.ts';
import { httpAction, internalMutation } from './_generated/server.ts';
import { FieldError, readDelivery, type Finished } from './delivery.ts';
import { failure, found } from './schema.ts';
import { end } from './sessions.ts';
import { allowedOrigin, webhookSecret } from './settings.ts';
import { faultOf } from './signature.ts';

export const MOST_BYTES = 4_000_000;
const HEADERS = 'Content-Type, X-PromptEvolver-Run, X-PromptEvolver-Timestamp, X-PromptEvolver-Signature';

class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly field?: string,
  ) {
    super(detail);
  }
}

export const receive = httpAction(async (ctx, request) => {
  try {
    if (!mayPost(request)) throw new Refused(403, 'bad_origin', 'Pages of this origin may not post here: see PROMPTEVOLVER_ORIGIN.');
    const body = await readBody(request);
    const secret = webhookSecret();
    const fault = secret === null ? null : await faultOf(request.headers, body, secret, Date.now());
    if (fault !== null) throw new Refused(401, 'bad_signature', fault);
    const delivery = parse(body);
    if (!delivery) return answer(request, 200, { ok: true });
    const run = request.headers.get('X-PromptEvolver-Run');
    if (run !== null && run !== delivery.run_id)
      throw new Refused(422, 'bad_field', 'run_id must be the one of X-PromptEvolver-Run.', 'run_id');
    return answer(request, 200, { ok: true, ...(await ctx.runMutation(internal.webhook.keep, delivery)) });
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    const { status, code, message, field } = refused;
    return answer(request, status, { detail: message, code, ...(field === undefined ? {} : { field }) });
  }
});

export const preflight = httpAction(async (_ctx, request) => {
  if (!mayPost(request)) return new Response(null, { status: 403, headers: { Vary: 'Origin' } });
  const headers = { 'Access-Control-Allow-Methods': 'POST', 'Access-Control-Allow-Headers': HEADERS, 'Access-Control-Max-Age': '86400' };
  return new Response(null, { status: 204, headers: { ...cors(request), ...headers } });
});

/** Without an `Origin` no browser posts; such a sender needs no permission for reading the answer. */
function mayPost(request: Request): boolean {
  const origin = request.headers.get('Origin');
  return origin === null || origin === allowedOrigin();
}

function cors(request: Request): Record<string, string> {
  const origin = request.headers.get('Origin');
  return { Vary: 'Origin', ...(origin !== null && origin === allowedOrigin() ? { 'Access-Control-Allow-Origin': origin } : {}) };
}

function answer(request: Request, status: number, body: object): Response {
  return Response.json(body, { status, headers: { ...cors(request), 'Cache-Control': 'no-store' } });
}

/** Reads no further than the limit, whatever the sender says of the length. */
async function readBody(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => new Refused(413, 'body_too_large', `The body must be at most ${MOST_BYTES} bytes long.`);
  if (Number(request.headers.get('Content-Length') ?? 0) > MOST_BYTES) throw tooLarge();
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = request.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    length += part.value.length;
    if (length > MOST_BYTES) {
      await reader?.cancel();
      throw tooLarge();
    }
    parts.push(part.value);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body;
}

function parse(body: Uint8Array): Finished | null {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new Refused(400, 'bad_json', 'The body must be JSON in UTF-8.');
  }
  try {
    return readDelivery(value);
  } catch (fault) {
    if (fault instanceof FieldError) throw new Refused(422, 'bad_field', fault.message, fault.field);
    throw fault;
  }
}

/** One transaction, so that of two deliveries at once one is the second. `attached`: it named a session of ours. */
export const keep = internalMutation({
  args: {
    run_id: v.string(),
    session_id: v.optional(v.string()),
    timestamp: v.string(),
    end: v.union(v.object({ found }), v.object({ error: failure })),
  },
  handler: async (ctx, { end: how, ...head }): Promise<{ again: boolean; attached: boolean }> => {
    const { run_id, session_id } = head;
    const before = await ctx.db
      .query('runs')
      .withIndex('by_run_id', (q) => q.eq('run_id', run_id))
      .first();
    if (before) return { again: true, attached: before.session !== undefined };
    const id = session_id === undefined ? null : ctx.db.normalizeId('sessions', session_id);
    const session = id && (await ctx.db.get('sessions', id));
    const used = session ? await end(ctx, session, { source: 'webhook', run_id, ...how }) : false;
    const kept =
      'found' in how
        ? { status: 'completed' as const, ...how.found }
        : { status: 'failed' as const, error: how.error.detail, error_code: how.error.code };
    await ctx.db.insert('runs', { ...head, session: session?._id, used, ...kept });
    return { again: false, attached: session !== null };
  },
});
