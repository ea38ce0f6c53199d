/** Requests to the API, relayed to an open window of the app. Nothing of them is kept here. */
import { ApiError, asApiError } from '../../api/errors.ts';
import { errorAnswer, json } from '../../api/replies.ts';
import { builtSite } from '../../store/builtSite.ts';
import { readLimited } from './body.ts';
import { converse } from './converse.ts';
import { findWindows } from './windows.ts';

declare const self: ServiceWorkerGlobalScope;

const NO_PAGE =
  'No window of PromptEvolver is open in this browser. Open the app in a tab; it may be in the background. Then send the request again.';

/** null: not for the API. */
export function answerApi(event: FetchEvent): Promise<Response> | null {
  const { origin, pathname } = new URL(event.request.url);
  const scope = new URL(self.registration.scope);
  if (origin !== scope.origin || !pathname.startsWith(`${scope.pathname}api/`)) return null;
  const path = pathname.slice(scope.pathname.length);
  // A file of the build.
  if (path === 'api/openapi.json') return null;
  return respond(event, path).catch((error: unknown) => toResponse(errorAnswer(asApiError(error))));
}

async function respond({ request, clientId }: FetchEvent, path: string): Promise<Response> {
  const { method } = request;
  const headers = Object.fromEntries(request.headers);
  const body = method === 'GET' || method === 'HEAD' ? null : await readLimited(request);
  let last: Response | null = null;
  for await (const window of findWindows()) {
    const given = await converse(window, { method, path, headers, body: body && body.slice().buffer }, clientId, request.signal);
    last = given.response;
    if (!given.elsewhere) return last;
  }
  if (last) return last;
  if (path === 'api/health' && method === 'GET') return toResponse(json(200, nobody()));
  throw new ApiError('no_page', NO_PAGE);
}

/** The health of a browser without a window: monitors want a body that says so. */
const nobody = () => ({
  status: 'unavailable',
  model: 'none',
  // Put in by the build.
  promptwizard_version: typeof __APP_VERSION__ === 'string' ? __APP_VERSION__ : 'unversioned',
  timestamp: new Date().toISOString(),
  engine: null,
  queue: { running: 0, waiting: 0, limit: builtSite.maxConcurrent },
  webgpu: null,
  detail: NO_PAGE,
});

const toResponse = ({ status, headers, body }: { status: number; headers: Record<string, string>; body: string }): Response =>
  new Response(body, { status, headers });
