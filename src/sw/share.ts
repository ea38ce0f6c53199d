/**
 * Takes what another app shares (the manifest's `share_target`, a form sent by POST) and leads to the form. A page takes it
 * in from there, and asks before it replaces or adds to anything: any site can send such a form. Without a service worker a
 * static host answers such a POST with 405.
 */
import { connectStore, type Connection } from '../store/connection.ts';
import type { Shared } from '../store/preferences.ts';
import { addShare } from '../store/shared.ts';

/** Of a file of rows, as the form opens them by hand. Bytes. */
const MOST_FILE = 20 * 2 ** 20;
const MOST_FILES = 10;
/** Characters: longer than any prompt that a model can read. */
const MOST_TEXT = 200_000;

/** Relative to the worker's scope. */
export const SHARE_PATH = 'share';
const FORM = './index.html#/?shared';

/**
 * @param home the worker's scope, an absolute address
 * @returns always the way to the form; there it is said when nothing could be kept
 */
export async function answerShare(request: Request, home: string, connection: Connection = connectStore()): Promise<Response> {
  try {
    const shared = readShared(await request.formData());
    await connection.use((store) => addShare(store, { id: crypto.randomUUID(), ...shared }));
  } catch {
    // A broken form, or no storage: the page finds nothing and says so.
  }
  return Response.redirect(new URL(FORM, home).href, 303);
}

/** A text and a link to where it was found are one prompt; a title alone is one too. */
export function readShared(form: FormData): Omit<Shared, 'id'> {
  const text = (name: string): string => {
    const value = form.get(name);
    return typeof value === 'string' ? value.trim().slice(0, MOST_TEXT) : '';
  };
  const body = text('text') || text('title');
  const link = text('url');
  const all = form.getAll('files').filter((value): value is File => typeof value !== 'string' && value.size > 0);
  const fits = all.filter((file, i) => file.size <= MOST_FILE && i < MOST_FILES);
  return {
    text: link !== '' && !body.includes(link) ? [body, link].filter(Boolean).join('\n') : body,
    files: fits,
    refused: all.filter((file) => !fits.includes(file)).map(({ name }) => name.slice(0, 200)),
  };
}
