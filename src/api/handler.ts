/**
 * The API without a transport: the service worker and the frame for other sites hand it what they were sent, and send
 * back what it answers.
 */
import { isOver, progressOf, runResponseOf } from './answers.ts';
import { emptyState } from '../promptwizard/state.ts';
import { Call } from './call.ts';
import { ApiError, asApiError } from './errors.ts';
import type { ApiHost } from './host.ts';
import { LONGEST_ANSWER, RETRY_AFTER } from './limits.ts';
import { live } from './live.ts';
import { NDJSON, prefersAsync, requireJson, wantsEvents, type Headers } from './negotiate.ts';
import { COMMON, errorAnswer, json, type ApiAnswer } from './replies.ts';
import { readBody } from './readBody.ts';
import { readRequest } from './request.ts';
import { METHODS, routeOf, runLocation } from './routes.ts';
import { ApiRuns } from './runs.ts';
import type { ApiEvent, RunResponse } from './answerSchema.ts';

export interface ApiRequest {
  method: string;
  /** From the page's folder on: `api/v1/optimize`. */
  path: string;
  /** Names in lower case. */
  headers: Headers;
  body: Uint8Array | null;
  /** The caller went away: a run that only it waits for is stopped, and the best is kept. */
  signal?: AbortSignal;
  /** Told as soon as there is a run. */
  onRun?: (run: string) => void;
}

export interface Api {
  /** Never rejects. */
  handle(request: ApiRequest): Promise<ApiAnswer>;
}

/** Calls that were answered before they had an end, at most: for those who ask for them by their first id. */
const MOST_CALLS = 200;
/** The window that gave a run its first id knows it by that; the others do not. */
const noRun = () => new ApiError('not_found', 'There is no run with this id in this browser.', {}, {}, true);

/** How long `respond-async` waits for the run's own id, ms. */
const AT_ONCE = 1_000;

export function createApi(host: ApiHost): Api {
  const runs = new ApiRuns(host);
  const calls = new Map<string, Call>();

  const keep = (call: Call) => {
    calls.set(call.id, call);
    if (calls.size > MOST_CALLS) calls.delete(calls.keys().next().value!);
  };

  const events = (request: ApiRequest): ApiAnswer => {
    const asked = readRequest(readBody(request.body ?? new Uint8Array()));
    const lines = live<ApiEvent>(async (hear, left) => {
      const gone = request.signal ? AbortSignal.any([request.signal, left]) : left;
      const call = new Call({ host, runs, asked, hear, onRun: request.onRun, gone });
      await call.answer.then(
        (result) => hear({ event: 'result', ...result }),
        () => hear({ event: 'error', status: call.error!.status, ...(call.error!.body as object) } as ApiEvent),
      );
    });
    return { status: 200, headers: { ...COMMON, 'Content-Type': NDJSON }, events: lines };
  };

  const whole = async (request: ApiRequest): Promise<ApiAnswer> => {
    const asked = readRequest(readBody(request.body ?? new Uint8Array()));
    const later = prefersAsync(request.headers);
    const call = new Call({ host, runs, asked, hear: undefined, onRun: request.onRun, gone: request.signal });
    const over = new AbortController();
    try {
      const late = host.wait(later ? AT_ONCE : LONGEST_ANSWER, over.signal).then(() => null);
      const first = await Promise.race([
        call.answer,
        late,
        ...(later ? [call.begun.then((begun) => ('cached' in begun ? begun.cached : null))] : []),
      ]);
      if (first) return json(200, first);
    } finally {
      over.abort();
    }
    call.detach();
    keep(call);
    const run = call.run ?? call.id;
    const status: RunResponse['status'] = call.run === null ? 'loading' : 'waiting';
    const answer = json(202, {
      run_id: run,
      status,
      ...(asked.sessionId === null ? {} : { session_id: asked.sessionId }),
      location: runLocation(run),
    });
    const head = {
      Location: runLocation(run),
      'Retry-After': String(RETRY_AFTER),
      ...(later ? { 'Preference-Applied': 'respond-async' } : {}),
    };
    return { ...answer, headers: { ...answer.headers, ...head } };
  };

  const lookUp = async (id: string): Promise<RunResponse> => {
    const call = calls.get(id);
    const run = call?.run ?? id;
    const found = await host.find(run);
    if (found) return runResponseOf(found, await host.events(run), host.version);
    if (call?.error && call.run === null) throw call.error;
    if (!call || call.run !== null) throw noRun();
    const at = new Date(call.at).toISOString();
    return { run_id: id, status: 'loading', created_at: at, updated_at: at, progress: progressOf(emptyState()) };
  };

  const remove = async (id: string): Promise<ApiAnswer> => {
    const run = calls.get(id)?.run ?? id;
    const found = await host.find(run);
    if (!found) throw noRun();
    if (isOver(found.status)) {
      const last = await lookUp(run);
      await host.remove(run);
      return json(200, { ...last, deleted: true });
    }
    if (!(await runs.stop(run)))
      throw new ApiError('other_page', 'Another page of this browser has this run in hand. Stop it there.', { run_id: run }, {}, true);
    return json(200, { ...(await lookUp(run)), deleted: false });
  };

  const route = async (request: ApiRequest): Promise<ApiAnswer> => {
    const found = routeOf(request.path);
    if (!found) throw new ApiError('not_found', 'There is nothing at this address; api/openapi.json lists what there is.');
    const methods = METHODS[found.route];
    if (!methods.includes(request.method))
      throw new ApiError('method_not_allowed', `This address takes ${methods.join(' and ')}.`, {}, { Allow: methods.join(', ') });
    const lines = wantsEvents(request.headers, found.route === 'optimize');
    if (found.route === 'optimize') {
      requireJson(request.headers);
      return lines ? events(request) : whole(request);
    }
    if (found.route === 'health') return json(200, await host.health());
    return request.method === 'DELETE' ? remove(found.run!) : json(200, await lookUp(found.run!));
  };

  return {
    handle: (request) => route(request).catch((error: unknown) => errorAnswer(asApiError(error))),
  };
}
