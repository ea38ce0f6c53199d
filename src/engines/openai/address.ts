import { serverBase } from '../../api/serverAddress.ts';
import { EngineError } from '../errors.ts';

/** Where the interface begins. @throws EngineError bad-address */
export function apiBase(address: string): string {
  const base = serverBase(address);
  if (base !== null) return base;
  throw new EngineError(
    'bad-address',
    `“${address.trim().slice(0, 80)}” is no address of a server. Give one such as http://127.0.0.1:8080, then try again.`,
  );
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
