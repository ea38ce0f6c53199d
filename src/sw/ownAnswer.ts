/** Files of the build as this worker hands them out: free of a host's redirect, and isolated. */

/**
 * A static host may answer a picture or WebAssembly with a redirect to another origin. A redirected response must not be
 * given to a navigation and is refused by the list of files, so it becomes a response of our own.
 */
export async function withoutRedirect(response: Response): Promise<Response> {
  if (!response.redirected) return response;
  const { status, statusText, headers } = response;
  return new Response(await response.blob(), { status, statusText, headers: { 'Content-Type': headers.get('Content-Type') ?? '' } });
}

/**
 * With these the page is cross-origin isolated from its second visit on, on hosts that set no headers: llama.cpp's threads
 * need it. A dedicated worker takes the headers of its own script, not the page's.
 */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

export function isolated(response: Response): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
  // The page carries its policy in itself; a worker needs it with its script.
  headers.delete('Content-Encoding');
  headers.delete('Content-Length');
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
