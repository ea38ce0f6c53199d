/** The page's places, kept in the address's hash so that a static server needs to know nothing of them. */
export type Route =
  | { page: 'optimize' }
  | { page: 'runs' }
  | { page: 'run'; run: string; stored: boolean }
  | { page: 'recorded' }
  | { page: 'models' }
  | { page: 'settings' }
  | { page: 'api' }
  | { page: 'help' }
  | { page: 'embed' }
  | { page: 'unknown'; hash: string };

/** Reads `location.hash`, with or without its `#`. Never throws: what is no place of ours is `unknown`. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?');
  const parts = path.split('/').filter(Boolean);
  const [first, second] = parts;
  if (parts.length > 2 || (parts.length === 2 && first !== 'runs')) return { page: 'unknown', hash };
  switch (first) {
    case undefined:
      return { page: 'optimize' };
    case 'runs': {
      if (second === undefined) return { page: 'runs' };
      const run = decoded(second);
      return run === null ? { page: 'unknown', hash } : { page: 'run', run, stored: query === 'stored' };
    }
    case 'recorded':
    case 'models':
    case 'settings':
    case 'api':
    case 'help':
    case 'embed':
      return { page: first };
    default:
      return { page: 'unknown', hash };
  }
}

/** The address of a run. `stored` says that it was found, not made, so that the page can offer to run anew. */
export const runHash = (run: string, stored = false): string => `#/runs/${encodeURIComponent(run)}${stored ? '?stored' : ''}`;

/** Where the service worker leads after something was shared: the form, with what is to be taken in. */
export const SHARED_HASH = '#/?shared';

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
