/** Addresses of servers, as a person types them. Pure. */

/** Without a scheme it is plain http. @throws TypeError */
export function typedUrl(address: string): URL {
  const text = address.trim();
  return new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
}

/**
 * Where OpenAI's interface begins, without a slash at its end: `http://127.0.0.1:8080` becomes `http://127.0.0.1:8080/v1`; a
 * path that was given is kept, the end of a whole endpoint (`/chat/completions`) is not. null: this is no web address.
 */
export function serverBase(address: string): string | null {
  try {
    const url = typedUrl(address);
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
    const path = url.pathname.replace(/\/+$/, '').replace(/\/(?:chat\/completions|models)$/, '');
    return url.origin + (path || '/v1');
  } catch {
    return null;
  }
}
