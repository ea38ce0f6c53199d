import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordedWords } from '../../../src/app/recorded/recordedWords.ts';
import { verdictWords } from '../../../src/app/words.ts';
import type { Recording } from '../../../src/formats/recording.ts';
import { emptyState, reduce } from '../../../src/promptwizard/state.ts';
import { openRecording } from '../../promptwizard/recording.ts';
import { axe } from './axe.ts';
import { openApp, type App } from './openApp.ts';

let app: App;
let shipped: Recording;
beforeAll(async () => {
  shipped = await openRecording(new URL('../../../public/recorded/run.json.gz', import.meta.url));
  app = await openApp();
}, 180_000);
afterAll(() => app?.close());

const state = () => shipped.events.reduce(reduce, emptyState());
const words = () => {
  const { result, candidates, notes } = state();
  return verdictWords(result!, candidates[result!.verdict.result]?.candidate.madeBy, notes);
};
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const callsShown = async (page: Page) =>
  Number(/calls ([\d,]+) of/.exec(await page.getByText(/^calls \d/).innerText())![1]!.replace(',', ''));

/** Answers the page's request for the recording in place of the server. */
const instead = (page: Page, body: Buffer | string, headers: Record<string, string> = {}) =>
  page.route('**/recorded/run.json.gz', (route) => route.fulfill({ body, headers }));

describe('a recorded run', () => {
  it('is found on the form, plays with the words of its file, and ends at its result, without engine or history', async () => {
    const { page, errors } = await app.page();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(app.server.url);
    // By its address: a pointer on the form starts the look at the device, in a worker.
    expect(await page.getByRole('link', { name: 'Watch a recorded run' }).getAttribute('href')).toBe('#/recorded');
    await page.goto(app.server.url + '#/recorded');
    await page.getByText(`Recorded run: ${recordedWords(shipped)}. Nothing is computed now.`).waitFor();
    expect(recordedWords(shipped)).toContain(shipped.model);
    await button(page, '4×').click();
    await expect.poll(() => callsShown(page), { timeout: 15_000 }).toBeGreaterThan(3);
    // Nothing of a living run: it could neither be paused at its worker nor stopped.
    expect(await page.getByRole('button', { name: /Stop/ }).count()).toBe(0);
    await button(page, 'Pause').click();
    const calls = await callsShown(page);
    await page.waitForTimeout(1500);
    expect(await callsShown(page)).toBe(calls);
    await button(page, 'Skip to the result').click();
    await expect.poll(() => page.getByRole('heading', { level: 1 }).innerText()).toBe(words().headline);
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
    const text = await page.getByRole('main').innerText();
    for (const sentence of [words().sentence, ...words().facts]) expect(text).toContain(sentence);
    expect(text).toContain(recordedWords(shipped));
    await button(page, 'From the start').click();
    await button(page, 'Pause').waitFor();
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByText('No runs yet').waitFor();
    expect(await page.getByRole('link', { name: 'watch a recorded run' }).getAttribute('href')).toBe('#/recorded');
    expect(asked.filter((url) => /worker|wllama|wasm|web-llm|\/lib-|engine-/.test(url))).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('takes its model and day from the file, also where the host has unpacked it', async () => {
    const other = JSON.stringify({ ...shipped, model: 'Another 7B', date: '2031-02-03', rowsOf: 'other things' });
    for (const [body, headers] of [
      [gzipSync(other), {}],
      [other, {}],
      [gzipSync(other), { 'content-encoding': 'gzip' }],
    ] as const) {
      const { page } = await app.page();
      await instead(page, body, headers);
      await page.goto(app.server.url + '#/recorded');
      await page.getByText(/^Recorded run: Another 7B, 3 February 2031, \d+ rows of other things\./).waitFor();
      expect(await page.getByRole('main').innerText()).not.toContain(shipped.model);
      await page.context().close();
    }
  });

  it('says what is wrong with a file that is none, and tries again on a click', async () => {
    const { page } = await app.page();
    await instead(page, '<!doctype html>');
    await page.goto(app.server.url + '#/recorded');
    await page.getByText('This file holds no recorded run.').waitFor();
    expect(await axe(page)).toEqual([]);
    await page.unroute('**/recorded/run.json.gz');
    await button(page, 'Try again').click();
    await page.getByText(`Recorded run: ${shipped.model}`).waitFor();
    await page.context().close();
  });

  it('fills the form with its prompt and rows, and asks before it replaces others', async () => {
    const { page } = await app.page();
    await page.goto(app.server.url);
    await page.locator('#prompt').fill('My own prompt.');
    await page.getByRole('link', { name: 'Watch a recorded run' }).click();
    await button(page, 'Skip to the result').click();
    await button(page, 'Use this prompt and rows').click();
    await page.getByText(/This replaces the prompt and rows in your form/).waitFor();
    await button(page, 'Use this prompt and rows').click();
    await expect.poll(() => page.locator('#prompt').inputValue()).toBe(shipped.input.task.prompt);
    await expect.poll(() => page.getByText(`optional · ${shipped.input.task.rows.length} rows`).count()).toBe(1);
    await page.context().close();
  });

  it.each([
    [390, true],
    [820, false],
    [1440, false],
  ])('is played with the keyboard alone and has no accessibility mistake at %i px (dark: %s)', async (width, dark) => {
    const { page } = await app.page({ width, dark });
    const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
    await page.goto(app.server.url + '#/recorded');
    await button(page, 'Pause').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await button(page, '4×').getAttribute('aria-pressed')).toBe('true');
    await expect.poll(() => page.locator('[data-cell]').count(), { timeout: 30_000 }).toBeGreaterThan(10);
    await button(page, 'Pause').press('Enter');
    expect(await axe(page)).toEqual([]);
    expect(await fits()).toBe(true);
    await button(page, 'Skip to the result').press('Enter');
    await page.getByText('Quality score').waitFor();
    expect(await axe(page)).toEqual([]);
    expect(await fits()).toBe(true);
    await page.context().close();
  });
});
