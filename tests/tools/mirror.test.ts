/** A folder of models behind a server that knows nothing of them. */
import { spawnSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readServed } from '../../src/engines/catalogue.ts';
import { writeMirror } from '../../tools/mirror.mjs';

let folder: string;
let server: Server;
let base: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mirror-'));
  server = createServer((request, response) => {
    readFile(join(folder, decodeURIComponent(request.url!))).then(
      (body) => response.end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterEach(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

/** The least that counts as a GGUF file: no tensors, no texts. */
const gguf = Buffer.concat([Buffer.from('GGUF'), Buffer.from([3, 0, 0, 0]), Buffer.alloc(16)]);
const MLC = {
  'mlc-chat-config.json': '{}',
  'tensor-cache.json': '{"records":[]}',
  'params_shard_0.bin': 'weights',
  'tiny model.wasm': 'code',
};

async function put(change: Partial<typeof MLC> = {}) {
  await writeFile(join(folder, 'one two.gguf'), gguf);
  await mkdir(join(folder, 'Tiny MLC'), { recursive: true });
  for (const [name, text] of Object.entries({ ...MLC, ...change })) await writeFile(join(folder, 'Tiny MLC', name), text);
}
const served = async () => readServed(await (await fetch(base + 'index.json')).json(), base + 'index.json');
const text = async (url: string) => {
  const response = await fetch(url);
  return response.ok ? response.text() : response.status;
};

describe('a mirror', () => {
  it('has every model at the address that its list gives', async () => {
    await put();
    await writeMirror(folder);
    const models = await served();
    expect(models.map(({ title }) => title)).toEqual(['Tiny MLC', 'one two']);
    const [mlc, file] = models;
    expect(await text(file!.url)).toBe(gguf.toString());
    for (const [name, content] of Object.entries(MLC)) expect(await text(mlc!.url + encodeURIComponent(name))).toBe(content);
    expect(await text(mlc!.libraryUrl!)).toBe('code');
    expect(mlc!.bytes).toBe(Object.values(MLC).join('').length);
  });

  it('written again after a change has the new files under a new address, and no longer the old', async () => {
    await put();
    await writeMirror(folder);
    const before = (await served())[0]!;
    await writeMirror(folder);
    expect((await served())[0]).toEqual(before);
    await put({ 'params_shard_0.bin': 'other weights' });
    await writeMirror(folder);
    const after = (await served())[0]!;
    expect(after.id).not.toBe(before.id);
    expect(await text(after.url + 'params_shard_0.bin')).toBe('other weights');
    expect(await text(before.url + 'params_shard_0.bin')).toBe(404);
  });

  it('from the command line says what it lists and what it cannot', async () => {
    await put();
    await writeFile(join(folder, 'broken.gguf'), 'no model');
    const tool = fileURLToPath(new URL('../../tools/mirror.mjs', import.meta.url));
    const { status, stdout } = spawnSync(process.execPath, [tool, folder], { encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout).toContain('models/broken.gguf is not a GGUF file');
    expect(stdout).toContain('index.json lists 2 models.');
    expect(spawnSync(process.execPath, [tool, join(folder, 'nowhere')], { encoding: 'utf8' }).stderr).toContain('is no folder');
  });
});
