import fc from 'fast-check';
import '../store/fresh.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { forgetKey, holdKey, isRemembered, keyFor } from '../../src/app/client/serverKeys.ts';
import { readPreference } from '../../src/app/client/preferences.ts';
import { goesTo, goesToSentence } from '../../src/app/models/goesTo.ts';
import { startLabel } from '../../src/app/models/modelWords.ts';
import { ownOffer } from '../../src/app/models/ownOffer.ts';
import { serverRef, USUAL_ADDRESSES, wholeNumber } from '../../src/app/models/serverRef.ts';
import { apiBase, mayBeAsked } from '../../src/engines/openai/address.ts';

const NONE = { parallel: null, contextSize: null };

describe('where text goes', () => {
  const at = (url: string) => serverRef(url, 'm', NONE);
  it('is nowhere with a model of this browser', () => {
    expect(goesTo({ engine: 'webllm', id: 'x' })).toBe('nothing leaves it');
    expect(goesTo(null)).toBe('nothing leaves it');
    expect(goesToSentence({ engine: 'webllm', id: 'x' })).toBe('');
  });
  it.each(['http://127.0.0.1:8080/v1', 'http://localhost:1234/v1'])('is the server on this machine: %s', (url) => {
    expect(goesTo(at(url))).toBe(`text goes to the server on this machine (${new URL(url).host})`);
  });
  it.each(['https://api.example/v1', 'https://localhost.example/v1', 'https://127.example/v1'])('is a host by its name: %s', (url) => {
    expect(goesTo(at(url))).toBe(`text goes to ${new URL(url).host}, and only there`);
    expect(goesToSentence(at(url))).toBe(`Prompts, rows and replies go to ${new URL(url).host}, and only there.`);
  });
});

describe('a model of a server', () => {
  it('is plain data without a key, named without folders', () => {
    expect(serverRef('http://127.0.0.1:8080/v1', '/models/Tiny-Q4.gguf', { parallel: 4, contextSize: null })).toEqual({
      engine: 'openai',
      id: expect.stringMatching(/^Tiny-Q4#[0-9a-f]{8}$/),
      url: 'http://127.0.0.1:8080/v1',
      model: '/models/Tiny-Q4.gguf',
      title: 'Tiny-Q4',
      parallel: 4,
    });
  });
  it('is another one at another server or under another name, and the same with other numbers', () => {
    const ids = [
      serverRef('http://a/v1', 'm', NONE),
      serverRef('http://b/v1', 'm', NONE),
      serverRef('http://a/v1', 'x/m', NONE),
      serverRef('http://a/v1', 'm', { parallel: 9, contextSize: 8192 }),
    ].map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    expect(ids[3]).toBe(ids[0]);
  });
  it('has a title whatever the server calls it', () => {
    fc.assert(fc.property(fc.string({ minLength: 1 }), (name) => serverRef('http://a/v1', name, NONE).title !== ''));
  });
  it('is offered as a connection, not as a download', () => {
    const ref = serverRef('https://api.example/v1', 'm', NONE);
    const offer = ownOffer({ ref, title: 'm', bytes: 0, here: true });
    expect(offer.about).toBe('Prompts, rows and replies go to api.example, and only there.');
    expect(startLabel(offer, false)).toBe('Connect to m and optimize');
  });
  it('has usual addresses that a page may ask as they stand', () => {
    for (const [, address] of USUAL_ADDRESSES) {
      expect(apiBase(address)).toBe(address);
      expect(() => mayBeAsked(address, 'https://the.page')).not.toThrow();
    }
  });
});

describe('a number that is typed', () => {
  it.each([
    ['', null],
    [' 4 ', 4],
    ['0', undefined],
    ['33', undefined],
    ['2.5', undefined],
    ['1e1', undefined],
    ['-1', undefined],
  ])('%j is %s', (typed, value) => {
    expect(wholeNumber(typed, 1, 32)).toBe(value);
  });
});

describe('a key', () => {
  const url = 'https://api.example/v1';
  beforeEach(() => forgetKey(url));

  it('is held in memory, and in the storage only when that is asked for', async () => {
    await holdKey(url, 'sesame', false);
    expect(await keyFor(url)).toBe('sesame');
    expect(await keyFor('https://other.example/v1')).toBeUndefined();
    expect(await readPreference('serverKeys')).toBeUndefined();
    await holdKey(url, 'sesame', true);
    await holdKey('https://other.example/v1', 'other', true);
    expect(await isRemembered(url)).toBe(true);
    await forgetKey(url);
    expect(await keyFor(url)).toBeUndefined();
    expect(await readPreference('serverKeys')).toEqual({ 'https://other.example/v1': 'other' });
  });

  it('that is given anew without being remembered is no longer remembered', async () => {
    await holdKey(url, 'old', true);
    await holdKey(url, 'new', false);
    expect(await isRemembered(url)).toBe(false);
    expect(await keyFor(url)).toBe('new');
  });

  it('is not found under names that every object has', async () => {
    expect(await keyFor('toString')).toBeUndefined();
    expect(await isRemembered('constructor')).toBe(false);
  });
});
