/** A run out of a file, made with a server that nobody took in here: nothing is sent there before its person says so. */
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { storedRun } from '../../app/doubles/storedRun.ts';
import { axe } from '../app/axe.ts';
import { openApp, type App } from '../app/openApp.ts';
import { database } from './page.ts';
import { openScriptedServer, type ScriptedServer } from './scriptedServer.ts';

let app: App;
let server: ScriptedServer;
let page: Page;
beforeAll(async () => void (app = await openApp()), 180_000);
afterAll(() => app?.close());
beforeEach(async () => {
  server = await openScriptedServer();
  ({ page } = await app.page());
  await page.goto(`${app.server.url}#/runs`);
  await page.getByText('No runs yet').waitFor();
});
afterEach(async () => {
  await page.context().close();
  await server.close();
});

async function takeIn(status: 'interrupted' | 'failed'): Promise<void> {
  const { record, events } = await storedRun('far', { plan: 'trial', upTo: 30, status });
  const run = {
    ...record,
    model: { engine: 'openai', id: record.input.model.id, url: `${server.url}/v1` },
    ...(status === 'failed' ? { error: 'It broke.' } : {}),
  };
  const lines = [{ promptevolver: 'history', version: 1 }, { run }, ...events.map((event, seq) => ({ event: { run: 'far', seq, event } }))];
  const text = [...lines, { end: {} }].map((line) => JSON.stringify(line)).join('\n');
  await page.getByLabel('History file').setInputFiles({ name: 'history.jsonl', mimeType: 'text/plain', buffer: Buffer.from(text) });
  await page.getByText('1 run and 0 replies taken in.').waitFor();
}
/** `model`: the one that the person chose. */
const preference = async (name: string): Promise<unknown> => {
  const { preferences } = JSON.parse(await database(page)) as { preferences: { key: string; value: unknown }[] };
  return preferences.find(({ key }) => key === name)?.value;
};

describe('a run out of a file', () => {
  it('does not go on by itself, names its server on the button, and leaves the chosen model as it is', async () => {
    await takeIn('interrupted');
    await page.getByText('cut short: open it to go on').waitFor();
    await page.goto(`${app.server.url}#/runs/far`);
    await page.reload();
    const go = page.getByRole('button', { name: `Ask 127.0.0.1:${server.port} and go on`, exact: true });
    await go.waitFor({ timeout: 60_000 });
    expect(await axe(page)).toEqual([]);
    expect(server.heard).toEqual([]);
    await go.click();
    await expect.poll(() => server.answers.length, { timeout: 60_000 }).toBeGreaterThan(1);
    expect(await preference('model')).toBeUndefined();
    expect(await preference('ownModels')).toMatchObject([{ ref: { engine: 'openai', id: 'simulated' } }]);
  }, 180_000);

  it('is run anew only after its server was named', async () => {
    await takeIn('failed');
    await page.goto(`${app.server.url}#/runs/far`);
    await page.getByRole('button', { name: 'Run anew', exact: true }).click();
    await page
      .getByText(`This run used the server at 127.0.0.1:${server.port}, which is none of yours here.`, { exact: false })
      .waitFor({ timeout: 60_000 });
    expect(server.heard).toEqual([]);
    await page.getByRole('button', { name: `Ask 127.0.0.1:${server.port} and run anew`, exact: true }).click();
    await page.waitForURL((url) => /#\/runs\/(?!far)/.test(url.href), { timeout: 60_000 });
    expect(server.heard.length).toBeGreaterThan(1);
    expect(await preference('model')).toBeUndefined();
  }, 180_000);
});
