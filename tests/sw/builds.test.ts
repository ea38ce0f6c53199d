/** Which builds stay: each is a worker of its own, so its modules are imported anew. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { BuildFile } from '../../src/sw/protocol.ts';
import { load, openWorld, type World } from './world.ts';

interface Builds {
  setMark(mark: string): Promise<void>;
  hasMark(mark: string): Promise<boolean>;
  dropOldBuilds(comesIn?: boolean): Promise<boolean>;
}

const listOf = (revision: string): BuildFile[] => [{ url: 'index.html', revision, size: 1, bytes: 1 } as BuildFile];
const HOME = 'https://example.org/app/';

/** One storage; a worker of each build in its turn. */
async function workers(...names: string[]): Promise<{ world: World; builds: Record<string, Builds> }> {
  const world = openWorld([], HOME);
  const builds: Record<string, Builds> = {};
  const self = globalThis.self as unknown as Record<string, unknown>;
  for (const name of names) {
    vi.resetModules();
    vi.stubGlobal('self', { ...self, __WB_MANIFEST: listOf(name) });
    builds[name] = await load<Builds>('builds.ts');
  }
  return { world, builds };
}
const count = async (world: World): Promise<number> => Object.keys(await world.kept()).length;

const fetched = (build: Builds): Promise<void> => build.setMark('whole');

/** Takes over, as the activation of a worker does. */
async function comeIn(build: Builds): Promise<boolean> {
  await fetched(build);
  const rest = await build.dropOldBuilds(true);
  await build.setMark('used');
  return rest;
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('builds of the page', () => {
  it('that a window shows stay, though a later one was fetched and never used; that one goes', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { world, builds } = await workers('a', 'b', 'c');
    await comeIn(builds['a']!);
    world.windows = [{ id: 'one', url: HOME }];
    await builds['a']!.setMark('shown/one');
    await fetched(builds['b']!);
    vi.setSystemTime(Date.now() + 10);
    expect(await comeIn(builds['c']!)).toBe(false);
    expect(await count(world)).toBe(2);
    expect(await builds['a']!.hasMark('whole')).toBe(true);
    expect(await builds['c']!.hasMark('whole')).toBe(true);
  });

  it('two before go once no window shows them; the one before stays', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { world, builds } = await workers('a', 'b', 'c');
    world.windows = [{ id: 'one', url: HOME }];
    for (const name of ['a', 'b', 'c']) {
      await comeIn(builds[name]!);
      if (name === 'a') await builds['a']!.setMark('shown/one');
      vi.setSystemTime(Date.now() + 10);
    }
    expect(await builds['a']!.hasMark('whole')).toBe(true);
    world.windows = [{ id: 'two', url: HOME }];
    await builds['c']!.setMark('shown/two');
    expect(await builds['c']!.dropOldBuilds()).toBe(true);
    expect(await count(world)).toBe(2);
    expect(await builds['b']!.hasMark('whole')).toBe(true);
  });

  it('all stay while a window is open that came from the network', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { world, builds } = await workers('a', 'b', 'c');
    world.windows = [{ id: 'unknown', url: HOME }];
    for (const name of ['a', 'b', 'c']) {
      expect(await comeIn(builds[name]!)).toBe(false);
      vi.setSystemTime(Date.now() + 10);
    }
    expect(await count(world)).toBe(3);
  });

  it('are no business of a worker that was replaced, nor of one that another waits to replace', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { world, builds } = await workers('a', 'b', 'c');
    await fetched(builds['b']!);
    for (const name of ['a', 'c']) {
      await fetched(builds[name]!);
      await builds[name]!.setMark('used');
      vi.setSystemTime(Date.now() + 10);
    }
    expect(await builds['a']!.dropOldBuilds()).toBe(false);
    expect(await count(world)).toBe(3);
    const { registration } = globalThis.self as unknown as { registration: { waiting: unknown } };
    registration.waiting = {};
    expect(await builds['c']!.dropOldBuilds()).toBe(false);
    registration.waiting = null;
    expect(await builds['c']!.dropOldBuilds()).toBe(true);
    expect(await count(world)).toBe(2);
  });
});

describe('a copy of the app in another folder', () => {
  it('is no window of the copy above it, so that old builds of that one go', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { world, builds } = await workers('a', 'b', 'c');
    world.windows = [{ id: 'of-another', url: `${HOME}two/index.html#/runs` }];
    for (const name of ['a', 'b', 'c']) {
      await comeIn(builds[name]!);
      vi.setSystemTime(Date.now() + 10);
    }
    expect(await count(world)).toBe(2);
  });

  it('has caches of its own', async () => {
    const names = [];
    for (const folder of ['https://example.org/', 'https://example.org/two/']) {
      vi.resetModules();
      const world = openWorld(listOf('a'), folder);
      const { setMark } = await load<Builds>('builds.ts');
      await setMark('whole');
      names.push(...Object.keys(await world.kept()));
    }
    expect(new Set(names).size).toBe(2);
    expect(names[1]!.startsWith(names[0]!.split(' ').slice(0, 2).join(' ') + ' ')).toBe(false);
  });
});
