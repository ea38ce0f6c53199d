/** What a site may want of the catalogue: a model, and a limit of memory. */
import { describe, expect, it } from 'vitest';
import { offers, readServed, type Wishes } from '../../src/engines/catalogue.ts';
import type { Capability } from '../../src/engines/engine.ts';

const GiB = 2 ** 30;
const gpu: Capability = {
  engine: 'webllm',
  ok: true,
  why: '',
  facts: { adapter: 'card', shaderF16: true, softwareAdapter: false, maxBufferSize: 2 * GiB, maxStorageBufferBindingSize: 2 * GiB },
};
const noGpu: Capability = { engine: 'webllm', ok: false, why: 'No graphics card.', facts: {} };
const cpu: Capability = { engine: 'wllama', ok: true, why: '', facts: { threads: 4 } };
const served = readServed([{ id: 'tiny', title: 'Tiny', file: 'tiny.gguf', bytes: 100_000_000 }], 'http://127.0.0.1/models/index.json');

const judged = (wishes: Partial<Wishes>, capabilities = [gpu, cpu]) => {
  const result = offers(capabilities, served, new Set(), null, { model: null, memoryLimit: null, ...wishes });
  return { ...result, chosen: result.offers.find((offer) => offer.recommended) };
};

describe('the model that a site wants', () => {
  it.each([
    ['Qwen3-1.7B-q4f16_1-MLC', 'Qwen3-1.7B-q4f16_1-MLC'],
    ['qwen3:0.6b', 'Qwen3-0.6B-q4f16_1-MLC'],
    ['QWEN3:8B', 'Qwen3-8B-q4f16_1-MLC'],
    ['Qwen3-0.6B-Q8_0.gguf', 'Qwen3-0.6B-Q8_0.gguf'],
  ])('%s is chosen', (model, id) => {
    const { chosen, choice } = judged({ model });
    expect(chosen?.ref.id).toBe(id);
    expect(choice).toContain('It is the model that this site chose.');
  });

  it('is found among those of its own server, whatever mark their name has', () => {
    expect(judged({ model: 'tiny' }).chosen?.title).toBe('Tiny');
  });

  it('is taken on the processor where there is no graphics card', () => {
    expect(judged({ model: 'qwen3:4b' }, [noGpu, cpu]).chosen?.ref.id).toBe('Qwen3-4B-Q4_K_M.gguf');
  });

  it('that does not fit, or is not there, is named with the reason, and the device decides', () => {
    const unfit = judged({ model: 'Qwen3-4B-q4f16_1-MLC' }, [noGpu, cpu]);
    expect(unfit.chosen?.title).toBe('Tiny');
    expect(unfit.choice).toMatch(/^This site’s model, Qwen3 4B, does not fit: No graphics card\. Tiny/);
    expect(judged({ model: 'llama3' }).choice).toMatch(/^This site’s model, “llama3”, is not in the list\. Qwen3 4B, /);
  });
});

describe('the memory that a site allows', () => {
  it('refuses every model that is known to need more, with both figures and no way around', () => {
    const { offers: list, chosen } = judged({ memoryLimit: 2100 * 2 ** 20 });
    const four = list.find((offer) => offer.ref.id === 'Qwen3-4B-q4f16_1-MLC');
    expect(four).toMatchObject({ fits: false, mayTryAnyway: false, why: 'It takes 3,432 MiB of memory, and this site allows 2,100 MiB.' });
    expect(chosen?.ref.id).toBe('Qwen3-1.7B-q4f16_1-MLC');
    expect(list.find((offer) => offer.ref.id === 'Qwen3-4B-Q4_K_M.gguf')!.fits).toBe(false);
    expect(list.find((offer) => offer.ref.id === 'Qwen3-0.6B-Q8_0.gguf')!.fits).toBe(true);
  });
});
