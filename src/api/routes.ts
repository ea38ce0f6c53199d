/** The addresses of the API, beside the page. */

export type Route = 'optimize' | 'health' | 'run';

export const METHODS: { readonly [K in Route]: readonly string[] } = {
  optimize: ['POST'],
  health: ['GET'],
  run: ['GET', 'DELETE'],
};

export const runLocation = (run: string): string => `api/v1/runs/${encodeURIComponent(run)}`;

/** @param path from the page's folder on, as in `api/health` */
export function routeOf(path: string): { route: Route; run?: string } | null {
  const parts = path.replace(/^\/|\/$/g, '').split('/');
  if (parts.join('/') === 'api/health') return { route: 'health' };
  if (parts.join('/') === 'api/v1/optimize') return { route: 'optimize' };
  if (parts.length !== 4 || !path.startsWith('api/v1/runs/')) return null;
  try {
    const run = decodeURIComponent(parts[3]!);
    return run === '' ? null : { route: 'run', run };
  } catch {
    return null;
  }
}
