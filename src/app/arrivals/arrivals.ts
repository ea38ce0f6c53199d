/**
 * What the system hands to the page: files opened with the app, places chosen from its shortcuts, and what another app
 * shared. One after the other, and never over what was typed.
 */
import { engine } from '../models/engine.svelte.ts';
import { isGguf } from '../models/isGguf.ts';
import { form } from '../optimize/form.svelte.ts';
import { taking } from '../optimize/taking.svelte.ts';
import { parseRoute } from '../route.ts';
import { arrived } from './arrived.svelte.ts';
import type { LaunchParams } from './listen.ts';
import { isRepeat, remember } from './repeats.ts';
import { settleShared } from './settleShared.ts';

let last: Promise<void> = Promise.resolve();
/** Each arrival waits for the one before; one that fails is told and holds up nothing. */
function next(work: () => Promise<void>): void {
  last = last.then(work).catch(() => {
    arrived.problem = 'What was opened with the app could not be read. Please open it from the page itself.';
  });
}

export const launched = (params: LaunchParams): void => next(() => takeLaunch(params));
export const shared = (): void => next(takeShared);

async function takeLaunch({ targetURL, files = [] }: LaunchParams): Promise<void> {
  if (files.length > 0) {
    const opened = await Promise.all(files.map((handle) => handle.getFile()));
    // After a reload the browser hands over the same files once more.
    if (isRepeat(opened)) return;
    remember(opened);
    await takeFiles(opened);
    return;
  }
  const hash = targetURL ? new URL(targetURL).hash : '';
  // A window that was there is only brought to the front: its own way leads to the place.
  if (hash !== '' && parseRoute(hash).page !== 'unknown') location.hash = hash;
}

async function takeFiles(files: readonly File[]): Promise<void> {
  await form.restore();
  for (const file of files) {
    const isModel = /\.gguf$/i.test(file.name) || (await isGguf(file));
    location.hash = isModel ? '#/models' : '#/';
    if (isModel) await engine.importFile(file);
    else await taking.file(file);
  }
}

/** What the service worker put aside. It stays there, and the address stays, until all of it has found its place. */
async function takeShared(): Promise<void> {
  await form.restore();
  const { readPreference, writePreference } = await import('../client/preferences.ts');
  const shared = await readPreference('shared');
  if (!shared) {
    arrived.problem = 'Nothing of what was shared could be read. Please paste it instead.';
    return settleShared();
  }
  if (shared.refused.length > 0) arrived.problem = `Too large, so not opened: ${shared.refused.join(', ')}. Open a part of it.`;
  const asks = shared.text !== '' && form.prompt.trim() !== '' && form.prompt !== shared.text;
  if (shared.text !== '' && !asks) form.prompt = shared.text;
  for (const file of shared.files) await taking.file(file);
  await form.save();
  if (!asks) return settleShared();
  await writePreference('shared', { text: shared.text, files: [], refused: [] });
  arrived.text = shared.text;
}
