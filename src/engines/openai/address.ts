import { EngineError } from '../errors.ts';

/**
 * Where the interface begins, without a slash at its end: `http://127.0.0.1:8080` becomes `http://127.0.0.1:8080/v1`; a
 * path that was given is kept, the end of a whole endpoint (`/chat/completions`) is not.
 * @throws EngineError bad-address
 */
export function apiBase(address: string): string {
  const text = address.trim();
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
    if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new TypeError('no web address');
    const path = url.pathname.replace(/\/+$/, '').replace(/\/(?:chat\/completions|models)$/, '');
    return url.origin + (path || '/v1');
  } catch (cause) {
    throw new EngineError(
      'bad-address',
      `“${text.slice(0, 80)}” is no address of a server. Give one such as http://127.0.0.1:8080, then try again.`,
      { cause },
    );
  }
}
