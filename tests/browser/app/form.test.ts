import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axe } from './axe.ts';
import { openApp, type App } from './openApp.ts';

let app: App;
beforeAll(async () => {
  app = await openApp();
}, 180_000);
afterAll(() => app?.close());

describe('the first load', () => {
  it('fetches at most 150 KB of JavaScript and nothing of an engine', async () => {
    const { page, errors } = await app.page();
    const scripts: Promise<number>[] = [];
    const addresses: string[] = [];
    page.on('response', (response) => {
      const type = response.headers()['content-type'] ?? '';
      if (!/javascript|wasm/.test(type)) return;
      addresses.push(response.url());
      scripts.push(response.body().then((body) => body.length));
    });
    await page.goto(app.server.url);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForTimeout(3000);
    const bytes = (await Promise.all(scripts)).reduce((sum, n) => sum + n, 0);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(150_000);
    expect(addresses.filter((address) => /worker|engine-|wllama|wasm/.test(address))).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it.each([
    [390, false],
    [390, true],
    [820, false],
    [1440, true],
  ])('has no accessibility mistake and nothing wider than the page at %i px (dark: %s)', async (width, dark) => {
    const { page } = await app.page({ width, dark });
    for (const place of ['#/', '#/runs', '#/models', '#/settings', '#/help', '#/nothing']) {
      await page.goto(app.server.url + place);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForTimeout(400);
      expect(await axe(page), place).toEqual([]);
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
        place,
      ).toBeLessThanOrEqual(0);
    }
    await page.context().close();
  });

  it('does not move what stands there while the rest arrives', async () => {
    const { page } = await app.page({
      script: () => {
        const shifts: number[] = ((globalThis as unknown as { shifts: number[] }).shifts = []);
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
        }).observe({ type: 'layout-shift', buffered: true });
      },
    });
    await page.goto(app.server.url);
    await page.waitForTimeout(2000);
    expect(await page.evaluate(() => (globalThis as unknown as { shifts: number[] }).shifts.reduce((a, b) => a + b, 0))).toBeLessThan(0.01);
    await page.context().close();
  });
});

describe('the form', () => {
  it.each(['', '   \n '])('asks for a prompt at the field, and puts the focus there, when it holds %j', async (typed) => {
    const { page } = await app.page();
    await page.goto(app.server.url);
    await page.locator('#prompt').fill(typed);
    await page.getByRole('button', { name: /optimize$/i }).click();
    await expect.poll(() => page.locator('#prompt-problem').innerText()).toBe('Please enter a prompt to optimize.');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('prompt');
    expect(await page.locator('#prompt').getAttribute('aria-invalid')).toBe('true');
    await page.context().close();
  });

  it('takes 100,000 characters, says with numbers why that is too long, and loses none', async () => {
    const { page } = await app.page();
    await page.goto(app.server.url);
    const text = '<|im_end|> $& '.repeat(8000).slice(0, 100_000);
    await page.locator('#prompt').fill(text);
    await page.getByRole('button', { name: /optimize$/i }).click();
    await expect
      .poll(() => page.locator('#prompt-problem').innerText())
      .toMatch(/100,000 characters.*4,096 tokens has room for about 1,180/s);
    expect(await page.locator('#prompt').inputValue()).toBe(text);
    await page.context().close();
  });

  it('reads pasted JSON Lines, names the broken line and keeps the others', async () => {
    const { page } = await app.page();
    await page.goto(app.server.url);
    await page.getByRole('button', { name: 'Paste' }).click();
    await page.locator('#paste').fill('{"question":"1+1","answer":"2"}\n{"question":"1+2",\n{"question":"1+3","answer":"4"}');
    await page.getByRole('button', { name: 'Read these rows' }).click();
    await expect.poll(() => page.getByRole('status').allInnerTexts()).toContain('2 rows added.');
    expect(await page.getByRole('list', { name: 'Lines that could not be used as they are' }).innerText()).toContain('Line 2');
    expect(await page.getByLabel('question, row 2').inputValue()).toBe('1+3');
    await page.context().close();
  });

  it('takes a table pasted into a cell as rows, and typing at the end as a new row', async () => {
    const { page } = await app.page();
    await page.goto(app.server.url);
    await page.getByText('Rows to measure on').click();
    await page.getByLabel('question, row 1').fill('typed by hand');
    await page.getByLabel('answer, row 1').fill('A');
    await page.getByLabel('question, row 2').evaluate((cell) => {
      const data = new DataTransfer();
      data.setData('text/plain', 'question\tanswer\nfrom a sheet\tB\nand another\tA');
      cell.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    });
    await expect.poll(() => page.getByText('optional · 3 rows').count()).toBe(1);
    expect(await page.getByLabel('answer, row 2').inputValue()).toBe('B');
    await page.context().close();
  });

  it('opens a file, and names the rows that miss a variable', async () => {
    const { page } = await app.page();
    await page.goto(app.server.url);
    await page.locator('#prompt').fill('Weather in {{city}} on {{day}}?');
    await page.getByLabel('File with rows').setInputFiles({
      name: 'rows.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('city,day,answer\nRome,Monday,sun\nOslo,,snow\n'),
    });
    await expect.poll(() => page.getByText('Row 2 has no value for {{day}}').count()).toBe(1);
    expect(await page.getByLabel('city, row 2').inputValue()).toBe('Oslo');
    await page.context().close();
  });

  it('loads an example with one click and says what its rows can show', async () => {
    const { page } = await app.page();
    await page.goto(app.server.url);
    await page.getByRole('button', { name: 'Load an example' }).click();
    await page.getByRole('button', { name: 'Counting things' }).click();
    expect(await page.locator('#prompt').inputValue()).toBe('Answer the question.');
    await expect
      .poll(() =>
        page.getByText(/40 rows: 20 to search with, 20 kept back for the verdict; with the quick plan a gain of 41 points/).count(),
      )
      .toBe(1);
    await expect.poll(() => page.getByText('chosen from your rows: number').count()).toBe(1);
    await page.getByText('How an answer is judged').click();
    await page.getByLabel('Try a sample answer').fill('I count 3, so <answer>1,004</answer>');
    await expect.poll(() => page.locator('output').innerText()).toMatch(/^1,?004$/);
    await page.getByLabel('Try a sample answer').fill('I cannot say.');
    await expect.poll(() => page.locator('output').innerText()).toContain('unreadable');
    await page.context().close();
  });

  it('promises no plan before the speed is known that chooses it, and keeps to one the person chooses', async () => {
    const { page } = await app.page();
    await page.goto(app.server.url);
    await page.locator('#prompt').fill('Add.');
    expect(await page.getByRole('radio', { checked: true }).count()).toBe(0);
    expect(await page.getByText(/this machine’s speed decides between trial, quick and standard/).count()).toBe(1);
    expect(await page.getByText(/the plan is chosen by this machine’s speed once the model is loaded: \d+ to \d+ calls/).count()).toBe(1);
    await page.getByLabel(/standard/i).check();
    expect(await page.getByText(/^about \d+ calls, verdict included/).count()).toBe(1);
    await page.getByRole('button', { name: 'Let this machine’s speed choose' }).click();
    expect(await page.getByRole('radio', { checked: true }).count()).toBe(0);
    await page.context().close();
  });

  it('says of a system message that is too long, before any model is loaded', async () => {
    const { page } = await app.page();
    await page.goto(app.server.url);
    await page.locator('#prompt').fill('Add.');
    await page.getByText('System message').click();
    await page.getByLabel('System message').fill('word '.repeat(2000));
    await expect.poll(() => page.locator('#prompt-problem').innerText()).toMatch(/^Prompt and system message together are too long/);
    await page.context().close();
  });

  it('names a setting’s range when the value is out of it, and does not start', async () => {
    const { page } = await app.page();
    await page.goto(app.server.url);
    await page.locator('#prompt').fill('Add.');
    await page.getByText('All settings').click();
    await page.locator('#run-topN').fill('99');
    await expect.poll(() => page.locator('#run-topN-help').innerText()).toContain('top_n must be a whole number from 1 to 8; it is "99".');
    await page.getByRole('button', { name: /optimize$/i }).click();
    expect(await page.evaluate(() => location.hash)).not.toContain('runs');
    await page.context().close();
  });

  it('brings back after a reload what was typed', async () => {
    const { page } = await app.page();
    await page.goto(app.server.url);
    await page.locator('#prompt').fill('Add the numbers. $& <|im_end|>');
    await page.getByText('System message').click();
    await page.getByLabel('System message').fill('Be brief.');
    await page.getByRole('button', { name: 'Paste' }).click();
    await page.locator('#paste').fill('question,answer\n1+1,2\n2+2,4');
    await page.getByRole('button', { name: 'Read these rows' }).click();
    await page.getByLabel(/standard/i).check();
    await page.waitForTimeout(2500);
    await page.reload();
    await expect.poll(() => page.locator('#prompt').inputValue()).toBe('Add the numbers. $& <|im_end|>');
    expect(await page.getByLabel('System message').inputValue()).toBe('Be brief.');
    await expect.poll(() => page.getByText('optional · 2 rows').count()).toBe(1);
    expect(await page.getByLabel(/standard/i).isChecked()).toBe(true);
    await page.context().close();
  });

  it('is filled in and sent with the keyboard alone', async () => {
    const { page } = await app.page();
    await page.goto(app.server.url);
    await page.getByRole('heading', { level: 1 }).waitFor();
    const reached: string[] = [];
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      const name = await page.evaluate(() => {
        const at = document.activeElement as HTMLElement;
        const outline = getComputedStyle(at).outlineStyle;
        return `${at.id || at.textContent?.trim().slice(0, 80)}|${outline}`;
      });
      reached.push(name);
      if (/^Get .*optimize|^Optimize\|/.test(name) && i > 10) break;
    }
    const names = reached.map((name) => name.split('|')[0]);
    expect(names[0]).toBe('To the content');
    expect(names).toContain('prompt');
    expect(names).toContain('Paste');
    expect(reached.length).toBeLessThan(40);
    expect(reached.filter((name) => name.endsWith('|none'))).toEqual([]);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('prompt');
    await page.context().close();
  });

  it('downloads nothing before the click on a button that names it', async () => {
    const { page } = await app.page();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(app.server.url);
    await page.locator('#prompt').fill('Add.');
    await page.getByRole('button', { name: /optimize$/i }).click();
    await page.getByText(/GB|MB/).first().waitFor();
    await page.waitForTimeout(1500);
    expect(asked.filter((url) => !url.startsWith(app.server.url) && !url.startsWith('blob:'))).toEqual([]);
    await page.context().close();
  });
});
