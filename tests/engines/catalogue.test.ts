import { describe, expect, it } from 'vitest';
import { offers, readServed, refs, type ServedModel } from '../../src/engines/catalogue.ts';
import type { Capability } from '../../src/engines/engine.ts';
import { refKey } from '../../src/engines/modelId.ts';

const GiB = 2 ** 30;
const gpu = (facts: Capability['facts'] = {}, more: Partial<Capability> = {}): Capability => ({
  engine: 'webllm',
  ok: true,
  why: 'Models run on the graphics card.',
  facts: {
    adapter: 'card',
    shaderF16: true,
    softwareAdapter: false,
    maxBufferSize: 2 * GiB,
    maxStorageBufferBindingSize: 2 * GiB,
    ...facts,
  },
  ...more,
});
const noGpu: Capability = { engine: 'webllm', ok: false, why: 'No graphics card.', remedy: 'Use the CPU.', facts: {} };
const software = gpu({ softwareAdapter: true, shaderF16: false }, { ok: false, why: 'In software.', mayTryAnyway: true });
const cpu = (threads = 2): Capability => ({ engine: 'wllama', ok: true, why: '', facts: { threads } });
const SMOL: ServedModel = {
  id: 'smollm2-135m',
  title: 'SmolLM2 135M, for trying out',
  url: 'http://127.0.0.1/models/s.gguf',
  bytes: 98_362_432,
};
const none = new Set<string>();

const chosen = (capabilities: Capability[], served: ServedModel[] = [], here: ReadonlySet<string> = none, room: number | null = null) => {
  const result = offers(capabilities, served, here, room);
  const recommended = result.offers.filter((offer) => offer.recommended);
  expect(recommended.length).toBeLessThanOrEqual(1);
  for (const offer of recommended) expect(offer.fits).toBe(true);
  return { id: recommended[0]?.ref.id, choice: result.choice, offers: result.offers };
};

describe('the catalogue chooses', () => {
  it('Qwen3 4B on a graphics card, even where a small model is served or a larger one fits', () => {
    const { id, choice } = chosen([gpu({ memoryGiB: 32 }), cpu()], [SMOL]);
    expect(id).toBe('Qwen3-4B-q4f16_1-MLC');
    expect(choice).toMatch(/Qwen3 4B, 2\.3 GB to download once\. It is the default/);
  });

  it('the 32-bit version without half precision, and says why', () => {
    const { id, choice } = chosen([gpu({ shaderF16: false }), cpu()]);
    expect(id).toBe('Qwen3-4B-q4f32_1-MLC');
    expect(choice).toMatch(/half precision/);
  });

  it.each([
    ['a card that binds 150 MiB', gpu({ maxStorageBufferBindingSize: 150 * 2 ** 20 }), 'Qwen3-1.7B-q4f16_1-MLC'],
    ['a device with 4 GB', gpu({ memoryGiB: 4 }), 'Qwen3-1.7B-q4f16_1-MLC'],
    ['an iPhone', gpu({ ios: true }), 'Qwen3-0.6B-q4f16_1-MLC'],
  ])('a smaller model for %s', (_, capability, id) => expect(chosen([capability, cpu()]).id).toBe(id));

  it('a smaller model when the browser gives too little room, unless the default is here already', () => {
    const room = 1.5e9;
    const { id, choice } = chosen([gpu(), cpu()], [], none, room);
    expect(id).toBe('Qwen3-1.7B-q4f16_1-MLC');
    expect(choice).toMatch(/2\.6 GB of room.*1\.5 GB/);
    expect(chosen([gpu(), cpu()], [], new Set([refKey({ engine: 'webllm', id: 'Qwen3-4B-q4f16_1-MLC' })]), room)).toMatchObject({
      id: 'Qwen3-4B-q4f16_1-MLC',
      choice: expect.stringMatching(/already on this machine/),
    });
  });

  it('the server’s own model when there is no graphics card', () => {
    expect(chosen([noGpu, cpu()], [SMOL])).toMatchObject({ id: 'smollm2-135m', choice: expect.stringMatching(/98 MB.*No graphics card/) });
  });

  it('the larger of the server’s models', () => {
    expect(chosen([noGpu, cpu()], [SMOL, { ...SMOL, id: 'larger', bytes: 1e9 }]).id).toBe('larger');
  });

  it('a small GGUF of the hub, by threads, when nothing is served', () => {
    expect(chosen([noGpu, cpu(2)]).id).toBe('Qwen3-0.6B-Q8_0.gguf');
    expect(chosen([noGpu, cpu(8)]).id).toBe('Qwen3-1.7B-Q8_0.gguf');
  });

  it('the CPU rather than a software adapter, which may be tried', () => {
    const { id, offers: all } = chosen([software, cpu()], [SMOL]);
    expect(id).toBe('smollm2-135m');
    expect(all.find((o) => o.ref.id === 'Qwen3-0.6B-q4f32_1-MLC')).toMatchObject({ fits: false, mayTryAnyway: true, why: 'In software.' });
    expect(all.find((o) => o.ref.id === 'Qwen3-0.6B-q4f16_1-MLC')).toMatchObject({ fits: false, mayTryAnyway: false });
  });

  it('nothing when nothing fits, and says what would help', () => {
    expect(chosen([noGpu])).toMatchObject({ id: undefined, choice: 'No model fits this device. No graphics card. Use the CPU.' });
    expect(chosen([])).toMatchObject({ id: undefined });
  });

  it('the server’s own copy of the default rather than the hub’s, where the card can run it', () => {
    const copy = {
      id: 'Qwen3-4B-q4f16_1-MLC#1a2b3c4d',
      title: 'Our copy, on our own server',
      url: 'http://127.0.0.1/models/copy/',
      libraryUrl: 'http://127.0.0.1/models/copy/lib.wasm',
      bytes: 2.3e9,
    };
    const of = (capability: Capability) => chosen([capability, cpu()], [copy]).offers;
    expect(of(gpu()).find((o) => o.recommended)).toMatchObject({ title: 'Our copy, on our own server', ref: { title: 'Our copy' } });
    // The hub's may be here already: that says nothing of the server's, which must be asked for.
    const { offers: withOne } = chosen([gpu(), cpu()], [copy], new Set([refKey({ engine: 'webllm', id: 'Qwen3-4B-q4f16_1-MLC' })]));
    expect(withOne.filter((o) => o.here).map((o) => o.title)).toEqual(['Qwen3 4B']);
    const without = of(gpu({ shaderF16: false }));
    expect(without.find((o) => o.ref.title === 'Our copy')).toMatchObject({ fits: false, why: expect.stringMatching(/half precision/) });
    expect(without.find((o) => o.recommended)!.ref.id).toBe('Qwen3-4B-q4f32_1-MLC');
  });

  it('a served model in MLC form, when the hub’s do not fit the room and it is here', () => {
    const mlc = {
      id: 'site',
      title: 'Our own',
      url: 'http://127.0.0.1/models/site/',
      libraryUrl: 'http://127.0.0.1/models/site/lib.wasm',
      bytes: 5e8,
    };
    expect(
      chosen(
        [gpu(), cpu()],
        [mlc],
        new Set(
          refs([mlc])
            .filter(({ id }) => id === 'site')
            .map(refKey),
        ),
        1e8,
      ),
    ).toMatchObject({ id: 'site' });
  });
});

describe('an offer', () => {
  it('says for every model why it fits or not', () => {
    for (const capabilities of [[gpu(), cpu()], [noGpu, cpu()], [software], []]) {
      for (const offer of offers(capabilities, [SMOL], none, 1e9).offers) expect(offer.why).toMatch(/\.$/);
    }
  });

  it('is made for each model that can be asked for, once', () => {
    const ids = refs([SMOL]).map((ref) => ref.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(offers([], [SMOL], none, null).offers.map((offer) => offer.ref.id)).toEqual(ids);
    expect(ids).toContain('Qwen3-8B-q4f16_1-MLC');
  });
});

describe('a model from elsewhere', () => {
  const index = 'http://127.0.0.1:8080/models/index.json';
  const marked = (name: string) => expect.stringMatching(new RegExp(`^${name}#[0-9a-f]{8}$`));
  const address = (file: string) => expect.stringMatching(new RegExp(`^http://127\\.0\\.0\\.1:8080/models/${file}#[0-9a-f]{8}$`));

  it('is read from the server’s list; lines that can’t be read are left out', () => {
    expect(
      readServed(
        [
          { id: 's', title: 'S', file: 'a b.gguf', bytes: 5, license: 'MIT' },
          null,
          { id: 3 },
          { id: 'm', file: 'm/', library: 'm/l.wasm' },
        ],
        index,
      ),
    ).toEqual([
      { id: marked('s'), title: 'S', url: address('a%20b.gguf'), bytes: 5, license: 'MIT' },
      {
        id: marked('m'),
        title: 'm',
        url: 'http://127.0.0.1:8080/models/m/',
        libraryUrl: 'http://127.0.0.1:8080/models/m/l.wasm',
        bytes: 0,
      },
    ]);
    expect(readServed({ error: 1 }, index)).toEqual([]);
  });

  it('is another model, kept in another place, when what the list says of the file has changed', () => {
    const line = { id: 's', file: 's.gguf', bytes: 5, sha256: 'aa' };
    const lines = [line, { ...line, bytes: 6 }, { ...line, sha256: 'ab' }, { ...line, version: '2' }, { ...line, file: 't.gguf' }];
    const read = (one: object) => readServed([one], index)[0]!;
    expect(new Set(lines.map((one) => read(one).id)).size).toBe(lines.length);
    expect(new Set(lines.map((one) => read(one).url)).size).toBe(lines.length);
    expect(read({ ...line, title: 'Another title' })).toMatchObject({ id: read(line).id, url: read(line).url });
  });
});
