/** How an answer is judged: every kind in the built page, the person's own code in the real sandbox. */
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { axe } from './axe.ts';
import { openApp, type App } from './openApp.ts';

let app: App;
let page: Page;
let errors: string[];
const fetched: string[] = [];

beforeAll(async () => {
  app = await openApp();
}, 180_000);
afterAll(() => app?.close());
beforeEach(async () => {
  ({ page, errors } = await app.page());
  fetched.length = 0;
  page.on('request', (request) => fetched.push(request.url()));
  await open();
});
afterEach(() => page.context().close());

async function open(rows = [1, 2, 3].map((n) => ({ question: `${n} + ${n}`, answer: String(2 * n) }))) {
  await page.goto(app.server.url);
  await page.getByRole('button', { name: 'Paste' }).click();
  await page.locator('#paste').fill(rows.map((row) => JSON.stringify(row)).join('\n'));
  await page.getByRole('button', { name: 'Read these rows' }).click();
  await page.getByText('How an answer is judged').click();
  await page.locator('#metric').waitFor();
}
const choose = (kind: string) => page.locator('#metric').selectOption(kind);
const read = () => page.locator('output[for=sample]').innerText();
const score = () => page.getByRole('status').filter({ hasText: /score/i }).innerText();

describe('the person’s own code', () => {
  it('is fetched only when it is wanted, runs in the page’s sandbox, and comes from here alone', async () => {
    await expect.poll(read).toBe('2');
    expect(fetched.filter((address) => /sandbox|wasm/.test(address))).toEqual([]);
    await choose('custom');
    await expect.poll(score).toBe('Score: 1 · right');
    await page.locator('#code').fill('(output, row) => output.length / 100');
    await page.locator('#sample').fill('twenty-five characters ..');
    await expect.poll(score).toBe('Score: 0.25 · partly right');
    expect(fetched.some((address) => address.endsWith('.wasm'))).toBe(true);
    expect(fetched.every((address) => address.startsWith(app.server.url))).toBe(true);
    expect(errors).toEqual([]);
  });

  it('that loops is cut, whether it counts its steps or hides in one call, and the page goes on', async () => {
    await choose('custom');
    // The second makes so few steps that only the clock ends it, and the worker with it.
    for (const code of ['() => { for (;;); }', '() => { const s = "a".repeat(1e6); for (;;) s.indexOf("b"); }']) {
      await page.locator('#code').fill('() => 0.5');
      await expect.poll(score, { timeout: 30_000 }).toBe('Score: 0.5 · partly right');
      await page.locator('#code').fill(code);
      await expect.poll(read, { timeout: 30_000 }).toBe('Your metric took too long and was stopped.');
      await expect.poll(score).toContain('counts for no prompt');
      await page.locator('#sample').fill(code);
    }
    await page.locator('#code').fill('() => 1');
    await expect.poll(score, { timeout: 30_000 }).toBe('Score: 1 · right');
  });

  it.each([
    ['(output, row) => outptu', /ReferenceError: 'outptu' is not defined/],
    ['() => NaN', /gave back NaN/],
    ['() => fetch("https://example.org")', /'fetch' is not defined/],
    ['(output =>', /is not a JavaScript function/],
    ['  ', /Write a function/],
  ])('%s is told at the field, does not start, and is still there after a reload', async (code, said) => {
    await choose('custom');
    await page.locator('#code').fill(code);
    await expect.poll(() => page.locator('#code-problem').innerText(), { timeout: 20_000 }).toMatch(said);
    expect(await page.locator('#code').getAttribute('aria-invalid')).toBe('true');
    await page.locator('#prompt').fill('Add.');
    await page.getByText('How an answer is judged').click();
    await page.getByRole('button', { name: /optimize$/i }).click();
    await expect.poll(() => page.locator('form').getByRole('alert').innerText()).toMatch(said);
    await page.locator('#code').waitFor();
    await page.waitForTimeout(1200);
    await page.reload();
    await page.getByText('How an answer is judged').click();
    await expect.poll(() => page.locator('#code').inputValue()).toBe(code);
  });
});

describe('a pattern', () => {
  it('reads the sample, and one that runs away is cut', async () => {
    await choose('regex');
    await expect.poll(read).toBe('2');
    await page.locator('#pattern').fill('is {{answer}}$');
    await page.locator('#sample').fill('It is 2');
    await expect.poll(score).toBe('Score: 1 · right');
    await page.locator('#sample-row').selectOption('1');
    await expect.poll(score).toBe('Score: 0 · wrong');
    await page.locator('#pattern').fill('(a+)+$');
    await page.locator('#sample').fill(`${'a'.repeat(40)}b`);
    await expect.poll(read, { timeout: 20_000 }).toBe('Your pattern took too long and was stopped.');
  });

  it('that is not valid is told at the field', async () => {
    await choose('regex');
    await page.locator('#pattern').fill('(');
    await expect.poll(() => page.locator('#pattern-problem').innerText()).toBe('This pattern is not valid: Unterminated group.');
    await page.locator('#pattern').fill('x');
    await page.locator('#flags').fill('g');
    await expect.poll(() => page.locator('#flags-problem').innerText()).toMatch(/flags can be/);
  });
});

describe('the other kinds', () => {
  it('keep what was typed, sound or not, over another choice and a reload', async () => {
    await choose('json');
    await page.locator('#paths').fill('name, a.0');
    await page.locator('#schema').fill('{"type": ');
    await expect.poll(() => page.locator('#schema-problem').innerText()).toMatch(/^The schema is not JSON: .*is kept/);
    await choose('label');
    await page.locator('#synonyms').fill('2: two, a pair\n4:');
    await choose('json');
    expect(await page.locator('#paths').inputValue()).toBe('name, a.0');
    expect(await page.locator('#schema').inputValue()).toBe('{"type": ');
    await choose('label');
    expect(await page.locator('#synonyms').inputValue()).toContain('2: two, a pair');
    await page.locator('#sample').fill('a pair');
    await expect.poll(read).toBe('2');
    await choose('json');
    await page.waitForTimeout(1200);
    await page.reload();
    await page.getByText('How an answer is judged').click();
    await expect.poll(() => page.locator('#schema').inputValue()).toBe('{"type": ');
    await page.locator('#schema').fill('{"type": "object", "format": "x"}');
    await expect.poll(() => page.locator('#schema-problem').innerText()).toMatch(/“format” cannot be checked here/);
  });

  it('say when they fit no row, with what the rows say', async () => {
    await choose('json');
    await page.locator('#schema').fill('{"type": "object"}');
    await expect
      .poll(() => page.getByRole('alert').allInnerTexts())
      .toContainEqual(
        expect.stringMatching(/^None of the 3 answers in your rows \(“2”, “4”, “6”\) can be read as JSON that meets the schema/),
      );
    await choose('set');
    await expect.poll(() => page.getByRole('alert').count()).toBe(0);
    await page.locator('#threshold').fill('2');
    await expect.poll(() => page.getByText('The threshold must be over 0').count()).toBe(1);
  });

  it('of a checklist takes questions by line', async () => {
    await choose('checklist');
    await page.locator('#criteria').fill(Array.from({ length: 9 }, (_, i) => `Is it ${i}?`).join('\n'));
    await expect.poll(() => page.locator('#criteria-problem').innerText()).toMatch(/there are 9/);
  });
});

it.each([
  [390, true],
  [1440, false],
])('no kind has an accessibility mistake or is wider than the page at %i px (dark: %s)', async (width, dark) => {
  await page.context().close();
  ({ page, errors } = await app.page({ width, dark }));
  await open();
  for (const kind of ['number', 'choice', 'label', 'exact', 'set', 'json', 'regex', 'custom', 'checklist']) {
    await choose(kind);
    await page.waitForTimeout(500);
    expect(await axe(page), kind).toEqual([]);
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      kind,
    ).toBeLessThanOrEqual(0);
  }
  expect(errors).toEqual([]);
});
