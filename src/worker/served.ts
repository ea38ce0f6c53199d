import { readServed, type ServedModel } from '../engines/catalogue.ts';

/**
 * The models that this page's own server offers: `models/index.json` beside the page. None where the server has no
 * such file, has something else under its name, or cannot be reached: the page works without.
 */
export async function servedModels(base: string, get: typeof fetch = fetch): Promise<ServedModel[]> {
  const index = new URL('models/index.json', base).href;
  try {
    const response = await get(index, { cache: 'no-cache' });
    return response.ok ? readServed(await response.json(), index) : [];
  } catch {
    return [];
  }
}
