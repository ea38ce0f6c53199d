/**
 * A response without the mark of a redirect. Some hosts answer for pictures and WebAssembly from another origin, and a
 * browser takes no redirected response from a service worker for a page or a script.
 */
export const unmarked = ({ body, headers, status, statusText }: Response): Response => new Response(body, { headers, status, statusText });

/**
 * Fetches a file of the build, twice if need be.
 * @param fresh asks the server even where the browser still has an answer: for names that stay when their content changes
 * @throws Error naming the file and what came instead
 */
export async function fetchFile(url: string, fresh: boolean): Promise<Response> {
  let why = '';
  for (let tries = 0; tries < 2; tries++) {
    try {
      const response = await fetch(url, { cache: fresh ? 'no-cache' : tries > 0 ? 'reload' : 'default' });
      if (response.ok) return unmarked(response);
      why = `the server answered ${response.status}`;
      if (response.status === 404) break;
    } catch {
      why = 'the network failed';
    }
  }
  throw Object.assign(new Error(`${url}: ${why}`), { gone: why.endsWith('404') });
}
