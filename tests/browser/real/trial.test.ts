/**
 * The main job, end to end, with a real model: the built app in a real browser takes a prompt and forty rows to the
 * trial plan's verdict, through a reload. It asserts what must be true of any model, never a lucky text.
 */
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LlmReply } from '../../../src/promptwizard/llm.ts';
import type { RunResult } from '../../../src/promptwizard/types.ts';
import { eventsOf, expectLawful } from '../../promptwizard/laws.ts';
import { longTasks, openApp, readStored, startRun, until, type App, type Stored } from './app.ts';

const model = process.env['SMALL_MODEL'];
const PROMPT = 'Answer the question.';
const ENDED = new Set(['done', 'stopped', 'failed']);

describe.skipIf(!model)('a trial run with a real model', () => {
  let app: App;
  let run: string;
  let before: Stored;
  let stored: Stored;
  let result: RunResult;

  beforeAll(async () => {
    app = await openApp(dirname(model!));
    run = await startRun(app, { prompt: PROMPT, rows: 40, plan: 'trial' });
    const { page } = app;
    await until(async () => (await readStored(page, run)).calls.length >= 8, 6, 'eight calls');
    before = await readStored(page, run);
    await page.reload();
    await until(async () => ENDED.has((await readStored(page, run)).run.status), 13, 'the verdict');
    stored = await readStored(page, run);
    result = eventsOf(stored.events.map((e) => e.event), 'done')[0]!.result; // prettier-ignore
  }, 1_200_000);
  afterAll(() => app.close());

  it('keeps the laws of every run: order, budget, scores read again, held-out rows untouched before the verdict', () => {
    expect(stored.events.map((e) => e.seq)).toEqual(stored.events.map((_, i) => i));
    expectLawful(stored.run.input, stored.events.map((e) => e.event)); // prettier-ignore
    expect(stored.run.input.task.prompt).toBe(PROMPT);
    expect(stored.run.input.plan).toBe('trial');
  });

  it('goes on after a reload at the first unanswered call, and asks nothing twice', () => {
    expect(before.run.status).toBe('running');
    expect(stored.events.slice(0, before.events.length)).toEqual(before.events);
    const replies = new Map<string, LlmReply>(stored.calls.map((c) => [c.hash, c.reply]));
    for (const call of before.calls) expect(replies.get(call.hash)).toEqual(call.reply);
    const hashes = eventsOf(stored.events.map((e) => e.event), 'call').map((c) => c.hash); // prettier-ignore
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hashes.length).toBe(stored.calls.length);
  });

  it('shows the verdict, the prompt and its figures as they were measured', async () => {
    const { page } = app;
    const view = page.getByRole('region', { name: 'Result' });
    await view.waitFor();
    const text = (await view.innerText()).replace(/\s+/g, ' ');
    expect(text).toContain(PROMPT);
    expect(text).toContain(result.qualityScore.toFixed(2));
    for (const sentence of result.improvements) expect(text).toContain(sentence.replace(/\s+/g, ' '));
    expect(result.verdict.start!.rows).toBeGreaterThan(0);
    expect(await page.locator('h1').innerText()).not.toBe('');
  });

  it('answers the same request again from the store, and says so', async () => {
    const { page } = app;
    const calls = (await readStored(page, run)).calls.length;
    await page.goto(`${app.url}#/`);
    await page.getByRole('textbox', { name: 'Your prompt' }).waitFor();
    await page.locator('button.primary.big').click();
    await page.waitForURL(new RegExp(`#/runs/${run}`));
    await page.getByText('Answered before on this machine').waitFor();
    expect((await readStored(page, run)).calls.length).toBe(calls);
  });

  it('lets a person try the prompt on an input of their own, and stores nothing of it', async () => {
    const { page } = app;
    const calls = (await readStored(page, run)).calls.length;
    const form = page.getByRole('form', { name: 'Try it' });
    await form.getByLabel('A new input').fill('I have a fig and two plums. How many fruits do I have?');
    await form.getByRole('button', { name: /^Ask/ }).click();
    await form.getByText(/^read: /).first().waitFor({ timeout: 120_000 }); // prettier-ignore
    await form.getByRole('button', { name: /^Ask/, disabled: false }).waitFor({ timeout: 120_000 });
    expect((await readStored(page, run)).calls.length).toBe(calls);
  }, 240_000);

  it('asked nobody but its own server, and complained of nothing', async () => {
    expect(app.complaints).toEqual([]);
    console.log('tasks over 50 ms on the page since the reload, ms:', (await longTasks(app.page)).map(Math.round));
  });
});
