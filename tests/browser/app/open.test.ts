/** An open task in the built page: what the form says of it, and how a judged result is told. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyState, reduce } from '../../../src/promptwizard/state.ts';
import { storedRun, type StoredRun } from '../../app/doubles/storedRun.ts';
import { axe } from './axe.ts';
import { openApp, type App } from './openApp.ts';
import { putRuns } from './putRuns.ts';

const PROMPT = 'Write a friendly reply to a complaint';
let app: App;
let ahead: StoredRun;

beforeAll(async () => {
  ahead = await storedRun('ahead', { plan: 'quick', seed: 3, task: { prompt: PROMPT, rows: [] }, world: { effects: { listed: 0.5 } } });
  app = await openApp();
}, 180_000);
afterAll(() => app?.close());

describe('the form', () => {
  it('says that replies will be judged, asks for no answers, and forecasts about 55 calls', async () => {
    const { page, errors } = await app.page();
    await page.goto(app.server.url);
    await page.getByRole('textbox', { name: 'Your prompt' }).fill(PROMPT);
    await page.getByText('replies are judged by a checklist, by the same model').waitFor();
    await page.getByRole('radio', { name: /^quick/i }).check();
    const calls = page.getByText(/about \d+ calls, verdict included/).first();
    await calls.waitFor();
    expect(Number(/about (\d+) calls/.exec(await calls.innerText())![1])).toBeLessThanOrEqual(65);
    expect(await page.getByRole('main').innerText()).not.toContain('no answer');
    expect(await axe(page)).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});

describe('the task in the person’s own words', () => {
  it('and the form of the answer are there again after a reload', async () => {
    const { page } = await app.page();
    await page.goto(app.server.url);
    await page.getByRole('textbox', { name: 'Your prompt' }).fill('Add the numbers.');
    await page.getByText('How an answer is judged').click();
    await page.getByLabel('What the task is').fill('Sums of whole numbers.');
    await page.getByLabel('How the final answer must look').fill('digits only');
    await page.waitForTimeout(1_500);
    await page.reload();
    await page.getByText('How an answer is judged').click();
    await expect.poll(() => page.getByLabel('What the task is').inputValue()).toBe('Sums of whole numbers.');
    expect(await page.getByLabel('How the final answer must look').inputValue()).toBe('digits only');
    await page.context().close();
  });
});

describe('a judged result', () => {
  it('says what was preferred, on how many inputs, and that the same model judged', async () => {
    const { page, errors } = await app.page();
    await page.goto(app.server.url + '#/runs');
    await page.getByText('No runs yet').waitFor();
    await putRuns(page, [ahead]);
    await page.goto(app.server.url + '#/runs/ahead');
    await page.getByText('Quality score').waitFor();
    const { result } = ahead.events.reduce(reduce, emptyState());
    const { wins } = result!.verdict.comparison!;
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain(wins > 0 ? 'judged by the same model' : 'checklist');
    const text = await page.getByRole('main').innerText();
    expect(text).toContain('a hint, not proof');
    expect(text).toContain('as judged by the same model');
    expect(text).toMatch(/Criteria met, on average: \d+ % by your prompt’s replies, \d+ % by the new one’s, on 4 inputs/);
    expect(text).toContain('answered with yes:');
    expect(text).not.toContain('neither prompt had seen');
    expect(await axe(page)).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('shows of each reply which criteria it met', async () => {
    const { page } = await app.page();
    await page.goto(app.server.url + '#/runs');
    await page.getByText('No runs yet').waitFor();
    await putRuns(page, [ahead]);
    await page.goto(app.server.url + '#/runs/ahead');
    await page.getByText('Quality score').waitFor();
    await page.getByText('How it went').click();
    await page.getByRole('grid').getByRole('button').first().click();
    await page.getByText('Judged by the same model').first().waitFor();
    await page.context().close();
  });
});
