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

/**
 * Browsers, and this page's own policy, let a page ask servers over https, and over plain http those on its own machine.
 * Outside of a page everything goes.
 * @throws EngineError not-allowed
 */
export function mayBeAsked(base: string, page: string | undefined = globalThis.location?.origin): void {
  const { protocol, hostname, origin, port } = new URL(base);
  if (page === undefined || protocol === 'https:' || origin === page || hostname === '127.0.0.1' || hostname === 'localhost') return;
  const ownMachine = /^(?:0\.0\.0\.0|127(?:\.\d+){3}|\[::1?\])$/.test(hostname);
  const local = `http://127.0.0.1${port ? `:${port}` : ''}`;
  throw new EngineError(
    'not-allowed',
    ownMachine
      ? `For a server on this machine give the address ${local}: a page may not ask it as ${hostname}.`
      : `${origin} is plain http on another machine, which a page may not ask. Put the server behind https, or bring its port to this machine ` +
          `(ssh -L ${port || '80'}:127.0.0.1:${port || '80'} ${hostname}) and give ${local}.`,
  );
}
