import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyState, reduce } from '../../../src/promptwizard/state.ts';
import { storedRun, type StoredRun } from '../../app/doubles/storedRun.ts';
import { axe } from './axe.ts';
import { openApp, type App } from './openApp.ts';
import { putRuns } from './putRuns.ts';

let app: App;
let better: StoredRun;
let cut: StoredRun;
let unmeasured: StoredRun;
/** Delivered with the person's own system message: more than one message was measured. */
let persona: StoredRun;
beforeAll(async () => {
  const world = { base: 0.3, effects: { contract: 0.2, free: 0.3, demos: 0.3 } };
  better = await storedRun('better', { plan: 'standard', world });
  cut = await storedRun('cut', { plan: 'standard', world, upTo: 260, at: 1_785_000_100_000 });
  unmeasured = await storedRun('unmeasured', { plan: 'trial', task: { rows: [] } });
  persona = await storedRun('persona', { plan: 'standard', world, task: { system: 'You are brief.' } });
  app = await openApp();
}, 180_000);
afterAll(() => app?.close());

const messagesOf = ({ events }: StoredRun) => events.reduce(reduce, emptyState()).result!.messages;

async function withRuns(runs: StoredRun[], options: Parameters<App['page']>[0] = {}) {
  const opened = await app.page(options);
  await opened.page.goto(app.server.url + '#/runs');
  await opened.page.getByText('No runs yet').waitFor();
  await putRuns(opened.page, runs);
  return opened;
}

describe('a finished run', () => {
  it('opens with its verdict first, its prompts, its numbers, and tells a screen reader', async () => {
    const { page, errors } = await withRuns([better]);
    await page.goto(app.server.url + '#/runs/better');
    const result = better.record.summary!;
    await page.getByText('Quality score').waitFor();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('Better');
    const text = await page.getByRole('main').innerText();
    expect(text).toMatch(/\d+ % → \d+ % on \d+ rows that neither prompt had seen/);
    expect(text).toContain('95 % interval');
    expect(text).toContain(result.qualityScore.toFixed(2));
    expect(text).toContain('Your prompt');
    expect(text).toContain('Optimized prompt');
    await page.getByRole('button', { name: 'Changes' }).click();
    await expect.poll(() => page.locator('ins').count()).toBeGreaterThan(0);
    expect(await axe(page)).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('that the site’s limit of time has stopped says so above its result', async () => {
    const error = 'Stopped after 600 seconds of work, the limit of this site. The best so far is kept.';
    const { page } = await withRuns([{ ...better, record: { ...better.record, status: 'stopped', error } }]);
    await page.goto(app.server.url + '#/runs/better');
    await page.getByText('Quality score').waitFor();
    await page.getByText(error).waitFor();
    await page.context().close();
  });

  it('copies the optimized prompt, also where the clipboard is closed to it', async () => {
    const { page } = await withRuns([better], {
      script: () => {
        const copied: string[] = ((globalThis as unknown as { copied: string[] }).copied = []);
        Object.defineProperty(navigator, 'clipboard', { value: { writeText: () => Promise.reject(new Error('closed')) } });
        document.addEventListener('copy', () =>
          copied.push(document.getSelection()!.toString() || (document.activeElement as HTMLTextAreaElement).value),
        );
      },
    });
    await page.goto(app.server.url + '#/runs/better');
    await page.getByRole('button', { name: 'Copy prompt' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate(() => (globalThis as unknown as { copied: string[] }).copied)).toEqual([
      better.record.summary!.optimizedPrompt,
    ]);
    await page.context().close();
  });

  it('also copies the messages that were measured, when they are several', async () => {
    const { page } = await withRuns([better, persona], {
      script: () => {
        const copied: string[] = ((globalThis as unknown as { copied: string[] }).copied = []);
        Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text: string) => void copied.push(text) } });
      },
    });
    await page.goto(app.server.url + '#/runs/persona');
    const copy = page.getByRole('button', { name: 'Copy messages (as measured)' });
    await copy.click();
    const [copied] = await page.evaluate(() => (globalThis as unknown as { copied: string[] }).copied);
    const messages = messagesOf(persona);
    expect(messages.length).toBeGreaterThan(1);
    expect(JSON.parse(copied!)).toEqual(messages);
    expect(await page.getByText(`The ${messages.length} messages are what was measured`).count()).toBe(1);
    expect(await axe(page)).toEqual([]);
    await page.goto(app.server.url + '#/runs/better');
    await page.getByRole('button', { name: 'Copy prompt' }).waitFor();
    expect(await copy.count()).toBe(messagesOf(better).length > 1 ? 1 : 0);
    await page.context().close();
  });

  it('saves itself as JSON', async () => {
    const { page } = await withRuns([better]);
    await page.goto(app.server.url + '#/runs/better');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save as JSON' }).click()]);
    expect(download.suggestedFilename()).toBe('prompt.json');
    await page.context().close();
  });

  it('lets the keyboard walk the squares and shows question, output, what was read and the right answer', async () => {
    const { page } = await withRuns([better]);
    await page.goto(app.server.url + '#/runs/better');
    await page.getByText('How it went').click();
    const first = page.locator('[data-cell="0-0"]');
    await first.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => (document.activeElement as HTMLElement).dataset['cell'])).toBe('1-1');
    const detail = await page.getByText('What was read').locator('xpath=ancestor::dl').innerText();
    const { events } = better;
    const asked = events.filter((event) => event.type === 'scored' && event.candidate === 'c1');
    expect(detail).toContain('Question');
    expect(detail).toContain('Right answer');
    expect(asked.some((event) => event.type === 'scored' && detail.includes(event.output))).toBe(true);
    expect(await page.locator('[role=grid] [tabindex="0"]').count()).toBe(1);
    expect(await axe(page)).toEqual([]);
    await page.context().close();
  });

  it('says that an answer was stored, and offers to run anew', async () => {
    const { page } = await withRuns([better]);
    await page.goto(app.server.url + '#/runs/better?stored');
    await page.getByText('Answered before on this machine').waitFor();
    expect(await page.getByRole('button', { name: 'Run anew' }).count()).toBe(1);
    await page.context().close();
  });

  it('takes eight typed inputs to the form when nothing was measured', async () => {
    const { page } = await withRuns([unmeasured]);
    await page.goto(app.server.url + '#/runs/unmeasured');
    await page.getByRole('heading', { name: 'Not measured.' }).waitFor();
    for (let i = 1; i <= 8; i++) await page.getByLabel(`Input ${i}`, { exact: true }).fill(`input number ${i}`);
    await page.getByRole('button', { name: 'Use these inputs' }).click();
    await expect.poll(() => page.getByText('optional · 8 rows').count()).toBe(1);
    expect(await page.locator('#prompt').inputValue()).toBe(unmeasured.record.input.task.prompt);
    await page.context().close();
  });
});

describe('a run that was cut short', () => {
  it('shows what it has, and waits for a click when its model is not on this machine', async () => {
    const { page } = await withRuns([cut]);
    await page.goto(app.server.url + '#/runs/cut');
    await page.getByRole('button', { name: /go on/i }).waitFor();
    await page.getByText(/calls 1\d\d of/).waitFor();
    expect(await page.getByRole('progressbar').getAttribute('aria-valuenow')).toMatch(/^\d+$/);
    expect(await axe(page)).toEqual([]);
    await page.context().close();
  });

  it('is named on the form’s page', async () => {
    const { page } = await withRuns([cut]);
    await page.goto(app.server.url + '#/');
    await page.reload();
    await page.getByText(/was cut short/).waitFor();
    await page.getByRole('link', { name: 'Open it' }).click();
    await page.getByText(/calls 1\d\d of/).waitFor();
    await page.context().close();
  });
});

describe('a run that failed', () => {
  it('says why, needs no worker to be looked at again, and offers to go on or to run anew', async () => {
    const failed: StoredRun = {
      ...cut,
      record: {
        ...cut.record,
        id: 'failed',
        status: 'failed',
        error: 'It ended by a fault of this app. What was found is kept; start it anew.',
      },
    };
    const { page } = await withRuns([failed]);
    await page.goto(app.server.url + '#/runs/failed');
    await page.getByText(/start it anew/).waitFor();
    await page.getByText(/calls 1\d\d of/).waitFor();
    expect(await page.getByRole('button', { name: 'Go on', exact: true }).count()).toBe(1);
    await page.getByRole('button', { name: 'Run anew' }).click();
    await page.getByText(/is not on this machine\. Get it under Models/).waitFor();
    expect(await axe(page)).toEqual([]);
    await page.context().close();
  });
});

describe('a run whose prompt is right already', () => {
  it('says at the stop button that there is little to gain', async () => {
    const easy = await storedRun('easy', { plan: 'standard', world: { base: 1, effects: {} } });
    const at = easy.events.findIndex((event) => event.type === 'headroom');
    const run: StoredRun = { record: { ...easy.record, status: 'running', summary: undefined }, events: easy.events.slice(0, at + 1) };
    const { page } = await withRuns([]);
    await page.evaluate(() => void navigator.locks.request('promptevolver-run:easy', () => new Promise(() => undefined)));
    await putRuns(page, [run]);
    const looking = await page.context().newPage();
    await looking.goto(app.server.url + '#/runs/easy');
    await looking.getByText(/already right on \d+ of \d+ race rows; there is little to gain\. You can stop\./).waitFor();
    expect(await looking.getByText('Standard plan.').count()).toBe(1);
    await page.context().close();
  });
});

describe('a run of another tab', () => {
  it('is looked on at, its practice rows to check, and says where it is when asked to pause', async () => {
    const whole = await storedRun('there', { plan: 'quick', task: { rows: [] } });
    const made = whole.events.findIndex((event) => event.type === 'rows-made');
    expect(made).toBeGreaterThan(0);
    const run: StoredRun = {
      record: { ...whole.record, status: 'running', summary: undefined },
      events: whole.events.slice(0, made + 1),
    };
    const { page } = await withRuns([]);
    // What the other tab's worker holds while it has the run in hand.
    await page.evaluate(() => void navigator.locks.request('promptevolver-run:there', () => new Promise(() => undefined)));
    await putRuns(page, [run]);
    const looking = await page.context().newPage();
    await looking.goto(app.server.url + '#/runs/there');
    await looking.getByRole('heading', { name: 'Practice rows: please check them' }).waitFor();
    expect(await looking.getByRole('heading', { level: 1 }).innerText()).toContain('check the practice rows');
    expect(await looking.getByLabel('Question 1', { exact: true }).inputValue()).not.toBe('');
    await looking.getByText(/Used as they are in 1:5\d/).waitFor();
    expect(await axe(looking)).toEqual([]);
    await looking.getByRole('button', { name: 'Pause' }).click();
    await looking.getByText('This run is not going on in this tab').waitFor();
    await page.context().close();
  });
});

describe('practice rows of a prompt with two variables', () => {
  it('show and take every variable', async () => {
    const whole = await storedRun('there', { plan: 'quick', task: { rows: [] } });
    const made = whole.events.findIndex((event) => event.type === 'rows-made');
    const events = whole.events.slice(0, made + 1).map((event) => {
      if (event.type === 'run-started')
        return { ...event, input: { ...event.input, task: { ...event.input.task, prompt: 'Weather in {{city}} on {{day}}?' } } };
      if (event.type !== 'rows-made') return event;
      return { ...event, rows: event.rows.map((row, i) => ({ ...row, question: '', inputs: { city: `city ${i}`, day: 'Monday' } })) };
    });
    const run: StoredRun = { record: { ...whole.record, status: 'running', summary: undefined }, events };
    const { page } = await withRuns([]);
    await page.evaluate(() => void navigator.locks.request('promptevolver-run:there', () => new Promise(() => undefined)));
    await putRuns(page, [run]);
    const looking = await page.context().newPage();
    await looking.goto(app.server.url + '#/runs/there');
    expect(await looking.getByLabel('city 2', { exact: true }).inputValue()).toBe('city 1');
    expect(await looking.getByLabel('Question 1', { exact: true }).count()).toBe(0);
    await looking.getByLabel('day 2', { exact: true }).fill('Sunday');
    expect(await looking.getByLabel('day 2', { exact: true }).inputValue()).toBe('Sunday');
    expect(await looking.getByLabel('day 1', { exact: true }).inputValue()).toBe('Monday');
    expect(await axe(looking)).toEqual([]);
    await page.context().close();
  });
});

describe('the history', () => {
  it('lists 500 runs a page at a time, without a long task', async () => {
    const many = Array.from({ length: 500 }, (_, i) => ({
      record: { ...better.record, id: `run-${i}`, createdAt: 1_700_000_000_000 + i * 1000 },
      events: [],
    }));
    const { page } = await withRuns(many, {
      script: () => {
        const long: number[] = ((globalThis as unknown as { long: number[] }).long = []);
        new PerformanceObserver((list) => list.getEntries().forEach((entry) => long.push(entry.duration))).observe({ type: 'longtask' });
      },
    });
    await page.goto(app.server.url + '#/help');
    await page.reload();
    await page.getByRole('heading', { name: 'Help' }).waitFor();
    await page.waitForTimeout(1500);
    await page.evaluate(() => ((globalThis as unknown as { long: number[] }).long.length = 0));
    await page.getByRole('link', { name: 'History', exact: true }).click();
    await page.getByText('500 runs').waitFor();
    expect(await page.locator('main li').count()).toBe(25);
    await page.getByRole('button', { name: 'Older' }).click();
    await page.getByText('26–50 of 500').waitFor();
    const long = await page.evaluate(() => (globalThis as unknown as { long: number[] }).long);
    expect(long.filter((ms) => ms > 50)).toEqual([]);
    await page.context().close();
  });

  it('deletes a run after a second click, and then no longer finds it', async () => {
    const { page } = await withRuns([better, unmeasured]);
    await page.reload();
    await page.getByText('2 runs').waitFor();
    await page
      .getByRole('button', { name: /^Delete/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Yes, delete it' }).click();
    await page.getByText('1 run,').waitFor();
    await page.context().close();
  });

  it('says so when a run is not here', async () => {
    const { page } = await app.page();
    await page.goto(app.server.url + '#/runs/unknown');
    await page.getByRole('heading', { name: 'This run is not on this machine' }).waitFor();
    await page.context().close();
  });
});
