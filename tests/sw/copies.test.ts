/** A copy of the app at the root of an origin, and others in its folders: each speaks with its own windows. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { News } from '../../src/sw/protocol.ts';
import { load, openWorld, type World } from './world.ts';

let world: World;
beforeEach(() => {
  vi.resetModules();
  world = openWorld([], 'https://example.org/');
  world.windows = [
    { id: 'root', url: 'https://example.org/' },
    { id: 'place', url: 'https://example.org/index.html?embed#/runs' },
    { id: 'copy', url: 'https://example.org/two/' },
    { id: 'place of the copy', url: 'https://example.org/two/index.html#/runs' },
    { id: 'page', url: 'https://example.org/notes.html' },
  ];
});
afterEach(() => vi.unstubAllGlobals());
const told = (): string[] => world.told.map(({ id }) => id);

it('news of a version go to the windows that may show it', async () => {
  const { tell } = await load<{ tell(news: News): Promise<void> }>('tell.ts');
  await tell({ type: 'sw-outdated', file: 'index.html' });
  expect(told()).toEqual(['root', 'place']);
});

it('requests go to windows of this copy, and to no other page', async () => {
  const { findWindows } = await load<{ findWindows(): AsyncGenerator<{ id: string }, void> }>('api/windows.ts');
  const found = findWindows();
  const first = found.next();
  await vi.waitFor(() => expect(world.told.length).toBeGreaterThan(0));
  expect(told()).toEqual(['root', 'place']);
  world.told[1]!.ports[0]!.postMessage({ kind: 'here', standing: 2 });
  expect((await first).value).toMatchObject({ id: 'place' });
  await found.return();
});
