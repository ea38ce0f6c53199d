import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openPieces, piecesHere } from '../../../src/engines/webllm/pieces.ts';
import { openWorld } from '../../sw/world.ts';

beforeEach(() => void openWorld([]));
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

it('how much of a file is here is known without reading it', async () => {
  const url = 'https://a.example/model/shard_0.bin';
  const pieces = await openPieces(url);
  await pieces.append(new Blob([new Uint8Array(700)]), '"tag"');
  await pieces.append(new Blob([new Uint8Array(300)]), '"tag"');
  const read = vi.spyOn(Response.prototype, 'blob');
  expect(await piecesHere()).toEqual([{ url, bytes: 1000 }]);
  expect(read).not.toHaveBeenCalled();
  const again = await openPieces(url);
  expect([again.bytes, again.etag]).toEqual([1000, '"tag"']);
});
