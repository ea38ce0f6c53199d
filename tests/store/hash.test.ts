import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LlmRequest } from '../../src/promptwizard/llm.ts';
import { defaultSettings } from '../../src/promptwizard/settings.ts';
import type { Task } from '../../src/promptwizard/types.ts';
import { canonicalJson } from '../../src/store/canonical.ts';
import { callHash, ownCallHash, requestHash, seedOf, sha256 } from '../../src/store/hash.ts';

/** The same data with every object's keys in the opposite order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, part]) => [key, turned(part)]),
  );
}

const call: LlmRequest = { purpose: 'solve', messages: [{ role: 'user', content: 'Two figs?' }], maxTokens: 96, temperature: 0, seed: 0 };
const task: Task = { prompt: 'Count.', rows: [{ id: 'a', question: 'Two figs?', answer: '2', origin: 'user' }] };

describe('canonical JSON', () => {
  it('does not depend on the order of keys, and reads back as the same data', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(turned(value))).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('the hash of a call', () => {
  it('is SHA-256 of known text', async () => {
    // printf '"abc"' | sha256sum
    expect(await sha256('abc')).toBe('6cc43f858fbb763301637b5af970e2a46b46f461f27e5a0f41e009c59b827b25');
  });
  it('stays the same whatever the order of keys', async () => {
    expect(await callHash('m', turned(call) as LlmRequest)).toBe(await callHash('m', call));
  });
  it('changes with the model and with every field', async () => {
    const others: LlmRequest[] = [
      { ...call, purpose: 'mutate' },
      { ...call, messages: [{ role: 'user', content: 'Two figs? ' }] },
      { ...call, messages: [{ role: 'system', content: 'Two figs?' }] },
      { ...call, maxTokens: 97 },
      { ...call, temperature: 0.1 },
      { ...call, seed: 1 },
      { ...call, schema: { type: 'object' } },
    ];
    const hashes = await Promise.all([
      callHash('m', call),
      callHash('n', call),
      ownCallHash('m', call, 'a-run'),
      ownCallHash('m', call, 'b-run'),
      ...others.map((other) => callHash('m', other)),
    ]);
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe('the hash of a request', () => {
  const settings = defaultSettings();
  it('leaves the seed out unless the person set it, and the ids of rows always', async () => {
    const plain = await requestHash(task, settings, 'trial', 'm');
    const renamed = { ...task, rows: [{ ...task.rows[0]!, id: 'pasted-again' }] };
    expect(await requestHash(renamed, settings, 'trial', 'm')).toBe(plain);
    expect(await requestHash(task, { ...settings, seed: 1 }, 'trial', 'm')).not.toBe(plain);
    expect(await requestHash(task, { ...settings, seed: 1 }, 'trial', 'm')).not.toBe(
      await requestHash(task, { ...settings, seed: 2 }, 'trial', 'm'),
    );
  });
  it('changes with whatever decides the result', async () => {
    const hashes = await Promise.all([
      requestHash(task, settings, 'trial', 'm'),
      requestHash(task, settings, 'quick', 'm'),
      requestHash(task, settings, 'trial', 'n'),
      requestHash({ ...task, prompt: 'Count!' }, settings, 'trial', 'm'),
      requestHash({ ...task, system: 'Be brief.' }, settings, 'trial', 'm'),
      requestHash({ ...task, metric: { kind: 'number' } }, settings, 'trial', 'm'),
      requestHash({ ...task, rows: [{ ...task.rows[0]!, answer: '3' }] }, settings, 'trial', 'm'),
      requestHash(task, { ...settings, temperature: 0.1 }, 'trial', 'm'),
    ]);
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

it('a run’s seed is 32 bits, the same for the same run', async () => {
  const seed = await seedOf('a-run');
  expect(seed).toBe(await seedOf('a-run'));
  expect(seed).not.toBe(await seedOf('b-run'));
  expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32).toBe(true);
});
