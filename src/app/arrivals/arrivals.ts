/**
 * What the system hands to the page: files opened with the app, places chosen from its shortcuts, and what another app
 * shared. One after the other, and never over what was typed.
 */
import type { Shared } from '../../store/preferences.ts';
import { readShares, settleShare } from '../../store/shared.ts';
import { engine } from '../models/engine.svelte.ts';
import { isGguf } from '../models/isGguf.ts';
import { form } from '../optimize/form.svelte.ts';
import { taking } from '../optimize/taking.svelte.ts';
import { parseRoute, SHARED_HASH } from '../route.ts';
import { arrived } from './arrived.svelte.ts';
import type { LaunchParams } from './listen.ts';
import { isRepeat, remember } from './repeats.ts';

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
  const { connection } = await import('../client/preferences.ts');
  const waiting = await connection.use(readShares);
  if (waiting.length === 0) arrived.problem = 'Nothing of what was shared could be read. Please paste it instead.';
  await takeShares(waiting);
}

/** One after the other, up to the first that must be asked about. Any site can share, so nothing is added to what is there. */
async function takeShares(waiting: readonly Shared[]): Promise<void> {
  for (const share of waiting) {
    const { text, files, refused, missed } = share;
    if (refused.length > 0) arrived.problem = `Too large, so not opened: ${refused.join(', ')}. Open a part of it.`;
    if (missed) arrived.problem = 'More was shared than can wait here. Please share it again when these are answered.';
    if (text !== '' && form.prompt.trim() !== '' && form.prompt !== text) return void (arrived.asks = { share, about: 'text' });
    if (text !== '') form.prompt = text;
    if (files.length > 0 && form.usable.length > 0) {
      if (text !== '') await settle(share, filesOf(share));
      return void (arrived.asks = { share, about: 'files' });
    }
    for (const file of files) await taking.file(file);
    await settle(share);
  }
  if (location.hash === SHARED_HASH) history.replaceState(null, '', '#/');
}

export type Answer = 'instead' | 'beside' | 'leave';

/** The person's word on what is asked about; then comes what waits behind it. */
export function answer(how: Answer): void {
  const { asks } = arrived;
  arrived.asks = null;
  if (!asks) return;
  const { share, about } = asks;
  if (about === 'text' && how === 'instead') form.prompt = share.text;
  if (about === 'text' && how === 'beside') form.prompt = `${form.prompt.trimEnd()}\n\n${share.text}`;
  next(async () => {
    if (about === 'files') {
      if (how === 'instead') taking.clear();
      if (how !== 'leave') for (const file of share.files) await taking.file(file);
    }
    await settle(share, about === 'text' && share.files.length > 0 ? filesOf(share) : undefined);
    const { connection } = await import('../client/preferences.ts');
    await takeShares(await connection.use(readShares));
  });
}

const filesOf = ({ id, files }: Shared): Shared => ({ id, text: '', files, refused: [] });

/** The form is stored first: nothing of a share is forgotten before it is safe. */
async function settle({ id }: Shared, left?: Shared): Promise<void> {
  await form.save();
  const { connection } = await import('../client/preferences.ts');
  await connection.use((store) => settleShare(store, id, left));
}
