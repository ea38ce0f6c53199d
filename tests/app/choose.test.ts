import { describe, expect, it } from 'vitest';
import { fromOffers } from '../../src/app/api/choose.ts';
import type { ModelRef } from '../../src/engines/engine.ts';
import type { ModelOffer } from '../../src/worker/protocol.ts';

const offer = (ref: ModelRef, over: Partial<ModelOffer> = {}): ModelOffer => ({
  ref,
  title: ref.id,
  bytes: 1,
  license: '',
  about: '',
  fits: true,
  why: '',
  here: true,
  recommended: false,
  mayTryAnyway: false,
  ...over,
});
const server = offer({ engine: 'openai', id: 'far', url: 'https://far.example/v1', model: 'far' });
const small = offer({ engine: 'wllama', id: 'small', url: 'https://a.example/small.gguf' });
const large = offer({ engine: 'webllm', id: 'large' });
const id = (chosen: ModelOffer | null, offers: ModelOffer[]) => fromOffers(chosen, offers)?.id ?? null;

describe('the model that answers a request when none is loaded', () => {
  it('is the chosen one, a server too', () => {
    expect(id(large, [small, large])).toBe('large');
    expect(id(server, [small, server])).toBe('far');
  });
  it('is never a server that nobody chose', () => {
    expect(id(null, [server])).toBeNull();
    expect(id({ ...large, here: false }, [server])).toBeNull();
    expect(id({ ...large, here: false }, [server, small])).toBe('small');
  });
  it('is none that would be fetched or does not fit', () => {
    expect(id({ ...large, here: false }, [{ ...small, here: false }])).toBeNull();
    expect(id({ ...large, fits: false }, [{ ...small, fits: false }])).toBeNull();
  });
  it('is one with a warning only where the person chose it', () => {
    const warned = { ...large, fits: false, mayTryAnyway: true };
    expect([id(warned, []), id(null, [warned])]).toEqual(['large', null]);
  });
});
