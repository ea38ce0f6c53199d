/**
 * What is read by a page or a worker and no file of this build. Hosts of models, and static hosts for their own binaries,
 * send on to yet another origin; to that one the policy of who asks would not let it. From here it may go on: the person
 * trusts whoever sends on.
 */
import { unmarked } from './fetchFile.ts';

/** null: no plain reading. */
export function answerRead({ request }: FetchEvent): Promise<Response> | null {
  const reads = request.method === 'GET' && (request.mode === 'cors' || request.mode === 'same-origin');
  return reads && request.url.startsWith('http') ? goOn(request) : null;
}

/** A browser holds the address where an answer came from against the policy too, so that is left away. */
async function goOn(request: Request): Promise<Response> {
  const response = await fetch(request);
  return response.redirected ? unmarked(response) : response;
}
