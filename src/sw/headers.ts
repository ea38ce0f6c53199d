/**
 * The headers that a static host does not send, for the page and for its workers' scripts: a worker lives under the policy
 * of its own script.
 */
import { connectSources } from './origins.ts';

const PAGES: readonly string[] = ['document', 'iframe', 'frame'];
const WORKERS: readonly string[] = ['worker', 'sharedworker'];

/** The build's policy, with the one part made narrow that a file can not know. */
export const policy = (sources: readonly string[]): string =>
  __POLICY__.replace(/connect-src [^;]*/, ["connect-src 'self' blob:", ...sources].join(' '));

/**
 * With these a page is cross-origin isolated and the CPU engine has threads. Not in a frame, which would be isolated only if
 * every page around it were and could not be shown in most; and not in a window that another site has opened to talk with,
 * which they would cut off.
 */
const isolated = ({ destination, url }: Request): boolean =>
  destination === 'document' ? !new URL(url).searchParams.has('embed') : WORKERS.includes(destination);

export async function withHeaders(response: Response, request: Request): Promise<Response> {
  if (!PAGES.includes(request.destination) && !WORKERS.includes(request.destination)) return response;
  const headers = new Headers(response.headers);
  // Beside the server's own, which stays in force: of several policies each is obeyed.
  headers.append('Content-Security-Policy', policy(await connectSources()));
  headers.delete('Cross-Origin-Opener-Policy');
  if (isolated(request)) {
    if (request.destination === 'document') headers.set('Cross-Origin-Opener-Policy', 'same-origin');
    headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
    headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  }
  return new Response(response.body, { headers, status: response.status, statusText: response.statusText });
}
