/** The list of models that this site serves itself: as the server has it now, else as it was last. */
import { pathOf } from './build.ts';
import { unmarked } from './fetchFile.ts';
import { readNote, writeNote } from './notes.ts';

const LIST = 'models/index.json';

/** null: something else. */
export function answerModelList({ request }: FetchEvent): Promise<Response> | null {
  return request.method === 'GET' && pathOf(request.url) === LIST ? ask(request) : null;
}

async function ask(request: Request): Promise<Response> {
  try {
    const response = unmarked(await fetch(request));
    if (response.ok) await writeNote(LIST, response.clone()).catch(() => {});
    return response;
  } catch {
    return (await readNote(LIST).catch(() => undefined)) ?? Response.error();
  }
}
