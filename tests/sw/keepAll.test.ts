/** A version whose page can be had and whose engine can not: what is left of it. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { BuildFile } from '../../src/sw/protocol.ts';
import { load, openWorld, type World } from './world.ts';

const HOME = 'https://example.org/app/';
const ENGINE = `${HOME}assets/engine-2.wasm`;
const files: BuildFile[] = [
  { url: 'index.html', revision: 'a', bytes: 1, text: '<p>' },
  { url: 'assets/page.js', revision: null, bytes: 1 },
  { url: 'assets/engine-2.wasm', revision: null, bytes: 1, engine: 'wllama' },
];

let world: World;
let asked: string[];
/** Lets the last part of the page arrive. */
let arrive: () => void;
beforeEach(async () => {
  vi.resetModules();
  world = openWorld(files, HOME);
  asked = [];
  const arrived = new Promise<void>((done) => (arrive = done));
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url);
    if (url === ENGINE) return new Response('gone', { status: 404 });
    if (url.endsWith('.js')) await arrived;
    return new Response('part');
  });
  // Taken with the version before.
  const engines = await caches.open('promptevolver/engines /app/');
  await engines.put(`${HOME}assets/engine-1.wasm`, new Response('code', { headers: { 'X-Engine': 'wllama' } }));
});
afterEach(() => vi.unstubAllGlobals());

const pages = async (): Promise<string[]> => Object.keys(await world.kept()).filter((name) => name.includes('/precache '));
const keepAll = async (): Promise<void> => (await load<{ keepAll(): Promise<void> }>('keepAll.ts')).keepAll();

it('fails only when nothing of it is written any more, and leaves no page behind', async () => {
  let ended = false;
  const failure = keepAll().then(
    () => null,
    (error: Error) => error.message,
  );
  void failure.then(() => (ended = true));
  await vi.waitFor(() => expect(asked).toContain(ENGINE));
  for (let turn = 0; turn < 5; turn++) await new Promise((done) => setImmediate(done));
  expect(ended).toBe(false);
  arrive();
  expect(await failure).toContain('The engine’s code could not be fetched');
  expect(await pages()).toEqual([]);
});

it('leaves the page that another worker of the same build has brought', async () => {
  const { setMark, hasMark } = await load<{ setMark(mark: string): Promise<void>; hasMark(mark: string): Promise<boolean> }>('builds.ts');
  await setMark('whole');
  arrive();
  await expect(keepAll()).rejects.toThrow('The engine’s code');
  expect(await hasMark('whole')).toBe(true);
});

it('is whole when all of it could be had', async () => {
  const engines = await caches.open('promptevolver/engines /app/');
  await engines.put(ENGINE, new Response('code', { headers: { 'X-Engine': 'wllama' } }));
  arrive();
  await keepAll();
  expect(await pages()).toHaveLength(1);
});
