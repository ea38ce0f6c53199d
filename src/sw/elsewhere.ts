/**
 * Requests to other origins, which the page's policy has already let through. Many of them send on to yet another one, where
 * files really are; to that one the policy of who asks would not let them. From here they go on.
 */
import { home } from './build.ts';
import { unmarked } from './fetchFile.ts';

/** null: asks this site, or is no plain reading. */
export function answerElsewhere({ request }: FetchEvent): Promise<Response> | null {
  const reads = request.method === 'GET' && request.mode === 'cors';
  return reads && !request.url.startsWith(new URL(home()).origin + '/') && request.url.startsWith('http') ? goOn(request) : null;
}

/** A browser looks at the address where an answer came from, too. */
async function goOn(request: Request): Promise<Response> {
  const response = await fetch(request);
  return response.redirected ? unmarked(response) : response;
}
