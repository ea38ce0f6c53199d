/** The user's own code and patterns: what they can do, and what they cannot. */
import { describe, expect, it } from 'vitest';
import { createQuickJs } from '../../src/sandbox/quickjs.ts';
import { evaluate } from './inProcess.ts';

/** With a fiftieth of the steps, for the many that run away. */
const hasty = createQuickJs({ function: 200, pattern: 100 });

const run = (code: string, ...args: unknown[]) => evaluate({ kind: 'function', code, args });
const find = (pattern: string, text: string, flags = '') => evaluate({ kind: 'pattern', pattern, flags, text });
const ok = (value: unknown) => ({ ok: true, value });
const error = (said: string | RegExp) => ({ ok: false, error: typeof said === 'string' ? said : expect.stringMatching(said) });

describe('code', () => {
  it.each([
    ['(output, row) => output === row.answer ? 1 : 0', 1],
    ['function score(output, row) { return 0.5; } // half', 0.5],
    ['(output) => output.length;\n', 1],
    ['() => true', true],
    ['() => NaN', NaN],
    ['() => -Infinity', -Infinity],
    ['() => "1"', '1'],
    ['() => {}', undefined],
    ['() => ({ a: [1, null] })', { a: [1, null] }],
    ['async () => 1; 2', undefined],
  ])('%s', async (code, value) => {
    const answer = await run(code, 'x', { answer: 'x' });
    if (code.startsWith('async')) expect(answer).toEqual(error(/is not a JavaScript function/));
    else expect(answer).toEqual(ok(value));
  });

  it('gets every character of the output', async () => {
    const odd = '\0 $& <|im_end|> \u2028 🙂 שלום \ud800 "\\';
    expect(await run('(output) => output', odd)).toEqual(ok(odd));
  });

  it.each([
    ['() => x', "Your metric threw ReferenceError: 'x' is not defined."],
    ['() => { throw "no good" }', 'Your metric threw no good.'],
    ['() => { throw null }', 'Your metric threw null.'],
    ['() => { throw new Error("") }', 'Your metric threw an error without a message.'],
    ['() => { throw new Error("long ".repeat(1000)) }', /^Your metric threw (long ){39,41}/],
    ['() => { throw { get message() { throw 1 } } }', /^Your metric threw /],
    ['async () => 1', /asynchronous/],
    ['() => 10n', /BigInt/],
    ['1', 'Your metric is not a function.'],
    ['', /^Your metric is not a JavaScript function: /],
    ['(output =>', /^Your metric is not a JavaScript function: /],
    ['const f = () => 1', /^Your metric is not a JavaScript function: /],
    ['class Score {}', /'new'/],
    ['() => "x".repeat(1e9)', 'Your metric needed more than 32 MB of memory.'],
    ['() => Array(1e8).fill(1)', 'Your metric needed more than 32 MB of memory.'],
    ['() => "x".repeat(3e5)', 'Your metric gave back more than 100,000 characters.'],
    ['function f() { return f() }', 'Your metric called itself too often (stack overflow).'],
    ['() => JSON.parse("[".repeat(1e5))', /^Your metric /],
  ])('%s fails with a sentence', async (code, said) => {
    expect(await run(code, 'x', {})).toEqual(error(said));
    expect(await run('() => 1')).toEqual(ok(1));
  });

  it.each([
    '() => { for (;;); }',
    '() => { try { for (;;); } catch { return 1 } finally { return 2 } }',
    '() => [3, 1, 2].sort(() => { for (;;); })',
    '() => new Proxy({}, { get() { for (;;); } }).x',
    '() => { throw { get message() { for (;;); } } }',
    '() => /(a+)+$/.test("a".repeat(40) + "b")',
  ])('%s is cut', async (code) =>
    expect(await hasty({ kind: 'function', code, args: [] })).toEqual(error('Your metric took too long and was stopped.')),
  );

  it('without an end is cut by the limit that the app has', async () => {
    expect(await run('() => { for (;;); }')).toEqual(error('Your metric took too long and was stopped.'));
  }, 60_000);

  it('is cut at the same step every time', async () => {
    // Two jumps a turn, asked once in 10,000: two million of them pass.
    const count = (n: number) => hasty({ kind: 'function', code: `() => { let i = 0; while (i < ${n}) i++; return i }`, args: [] });
    for (let i = 0; i < 3; i++) {
      expect(await count(990_000)).toEqual(ok(990_000));
      expect(await count(1_010_000)).toEqual(error(/too long/));
    }
  });

  it('reaches nothing of the page, the worker, Node or ours', async () => {
    const names =
      'fetch XMLHttpRequest WebSocket Worker importScripts postMessage self window document location navigator indexedDB caches process require module global console setTimeout queueMicrotask WebAssembly Atomics performance std os print';
    const seen = `Function('return "${names}".split(" ").filter((name) => name in globalThis || eval("typeof " + name) !== "undefined")')()`;
    expect(await run(`() => (${seen})`)).toEqual(ok([]));
    expect(await run(`() => [].constructor.constructor("return this")() === globalThis`)).toEqual(ok(true));
    expect(await run('() => import("node:fs")')).toEqual(error(/asynchronous/));
    expect(await run('() => { new Function("return import(\'data:text/javascript,\')")(); return 1 }')).toEqual(ok(1));
  });

  it('leaves nothing behind: not in prototypes, not in globals, not in built-ins', async () => {
    await run(
      '() => { Object.prototype.left = 1; Array.prototype.map = null; String.prototype.trim = () => "left"; globalThis.left = 1; JSON.parse = JSON.stringify = Reflect.apply = null; Math.random = () => 1; return 1 }',
    );
    expect(await run('() => [typeof left, ({}).left === undefined, [1].map((x) => x)[0], " a ".trim(), JSON.stringify([1])]')).toEqual(
      ok(['undefined', true, 1, 'a', '[1]']),
    );
    expect(({} as { left?: number }).left).toBeUndefined();
  });

  it('gives its value even when it has broken its own built-ins', async () => {
    expect(await run('() => { JSON.stringify = null; Array.prototype[Symbol.iterator] = null; return { a: [1] } }')).toEqual(
      ok({ a: [1] }),
    );
  });

  it('has neither chance nor clock', async () => {
    const code = '() => [Math.random(), Math.random(), Date.now(), +new Date(), new Date().constructor.now(), Date().slice(0, 15)]';
    const [first, second] = [await run(code), await run(code)];
    expect(first).toEqual(second);
    expect(first).toMatchObject({ ok: true, value: [expect.any(Number), expect.any(Number), 0, 0, 0, 'Thu Jan 01 1970'] });
    expect(await run('() => new Date("2020-01-02T03:04:05Z").toISOString()')).toEqual(ok('2020-01-02T03:04:05.000Z'));
  });
});

describe('a pattern', () => {
  it.each<[string, string, string, unknown]>([
    ['\\d+', 'a 1 b 22', '', ['22']],
    ['answer: (\\w+)', 'Answer: x. answer: y', 'i', ['answer: y', 'y']],
    ['\\d*', '12 x', '', ['12']],
    ['(?:)', 'x', '', ['']],
    ['(?<a>x)|(y)', 'xy', '', ['y', null, 'y']],
    ['^b$', 'a\nb\nc', 'm', ['b']],
    ['[\\p{L}--[a]]', 'ab', 'v', ['b']],
    ['x', 'y', '', null],
    ['$', 'x', '', ['']],
  ])('%s in %j (%s) finds %j', async (pattern, text, flags, value) => expect(await find(pattern, text, flags)).toEqual(ok(value)));

  it('that is not valid says so', async () => {
    expect(await find('(', 'x')).toEqual(error(/^Your pattern is not valid: /));
    expect(await find('x', 'x', 'gg')).toEqual(error(/^Your pattern is not valid: .*flags/));
  });

  it.each(['(a+)+$', '(?:(?:(?:a*)*)*)*b', '(a|a)*$'])('%s that runs away is cut', async (pattern) => {
    const text = `${'a'.repeat(40)}c`;
    expect(await hasty({ kind: 'pattern', pattern, flags: '', text })).toEqual(error('Your pattern took too long and was stopped.'));
  });

  it('that runs away is cut by the limit that the app has', async () => {
    expect(await find('(a+)+$', `${'a'.repeat(40)}b`)).toEqual(error('Your pattern took too long and was stopped.'));
  }, 60_000);

  it('takes 100,000 characters', async () => {
    const text = 'The quick brown fox, 5 of them. '.repeat(3200);
    expect(await find('(\\d) of', text)).toEqual(ok(['5 of', '5']));
    expect(await find('nothing like it', text)).toEqual(ok(null));
  });
});
