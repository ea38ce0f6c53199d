/** What a person reads when a server does not answer a page as it should, and how a key is held. */
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { axe } from '../app/axe.ts';
import { openApp, type App } from '../app/openApp.ts';
import { serve, type Server } from '../harness.ts';
import { readStored, until } from '../real/app.ts';
import { begin, connect, database, section, takeModel } from './page.ts';
import { openScriptedServer, type ScriptedServer } from './scriptedServer.ts';

let app: App;
let server: ScriptedServer;
/** The same app as it is served where no headers can be sent. */
let plainApp: Server;
beforeAll(async () => {
  app = await openApp();
  plainApp = await serve('dist');
}, 180_000);
afterAll(async () => {
  await app?.close();
  await plainApp?.close();
});
beforeEach(async () => void (server = await openScriptedServer()));
afterEach(() => server.close());

async function models(at = app.server.url): Promise<Page> {
  const { page } = await app.page();
  await page.goto(`${at}#/models`);
  await section(page).waitFor();
  return page;
}
const alert = (page: Page) => section(page).getByRole('alert').filter({ hasText: /\S/ });
const says = (page: Page, words: RegExp) => alert(page).filter({ hasText: words }).waitFor({ timeout: 60_000 });

describe('a server', () => {
  it('that does not let the page ask is told from one that is not there, and how to allow it is said', async () => {
    server.allows = null;
    const page = await models(plainApp.url);
    await connect(page, server.url);
    await says(
      page,
      /is there, but does not let this page ask it \(CORS\)\. Let it allow http:\/\/127\.0\.0\.1:\d+: Ollama by OLLAMA_ORIGINS=/,
    );
    expect(await axe(page)).toEqual([]);
    await server.close();
    await connect(page, server.url);
    await says(page, /No server answers at http:\/\/127\.0\.0\.1:\d+\/v1\. Start it, or check address and port\.$/);
    await server.open();
    server.allows = plainApp.url.slice(0, -1);
    await connect(page, server.url);
    await section(page).getByText('llama.cpp at').waitFor();
    await page.context().close();
  });

  it('is not told to be away by an isolated page, which cannot know', async () => {
    server.allows = null;
    const page = await models();
    await connect(page, server.url);
    await says(page, /No server answers at .* If it runs, it does not let this page ask it \(CORS\)\./);
    await page.context().close();
  });

  it('on another machine by plain http is not asked, and two ways to it are named', async () => {
    const page = await models();
    await connect(page, '192.168.1.5:11434');
    await says(page, /plain http on another machine.*ssh -L 11434:127\.0\.0\.1:11434 192\.168\.1\.5/);
    await connect(page, 'ftp://a.example');
    await says(page, /is no address of a server/);
    await page.context().close();
  });

  it('that answers with a page, that sends on, that has no such interface or no model is told each', async () => {
    const page = await models();
    server.instead = (_, response) => (response.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Hello</h1>'), true);
    await connect(page, server.url);
    await says(page, /is no OpenAI-compatible server: its reply is not JSON/);
    server.instead = (_, response) => (response.writeHead(302, { Location: 'https://elsewhere.example/' }).end(), true);
    await connect(page, server.url);
    await says(page, /sends on to another address, which is not followed/);
    server.instead = (_, response) => (response.writeHead(404).end('not here'), true);
    await connect(page, server.url);
    await says(page, /There is no OpenAI-compatible interface at/);
    server.instead = null;
    server.models = [];
    await connect(page, server.url);
    await section(page).getByText('It has no model.').waitFor();
    await page.context().close();
  });

  it('has one of its models chosen, and numbers that are none are refused', async () => {
    server.models = ['folder/one.gguf', 'two'];
    const page = await models();
    await connect(page, server.url);
    const form = section(page).getByRole('form', { name: 'Choose its model' });
    const use = form.getByRole('button', { name: 'Use this model' });
    await form.getByLabel('Calls at once').fill('many');
    await form.getByText('a whole number from 1 to 32').waitFor();
    expect(await use.isDisabled()).toBe(true);
    await form.getByLabel('Calls at once').fill('3');
    await form.getByLabel('Context, tokens').fill('2000');
    await takeModel(page, 'two');
    await page.getByText(/2000 tokens of context; 3 calls at once/).waitFor();
    expect(server.answers[0]).toMatchObject({ model: 'two' });
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await page.getByRole('button', { name: 'Connect: two' }).waitFor();
    await page.context().close();
  });
});

describe('a key', () => {
  it('is asked for, held until the page goes, asked for again by the run that needs it, and stored nowhere', async () => {
    server.key = 'sesame-1';
    server.takes = 200;
    const page = await models();
    await connect(page, server.url);
    await says(page, /wants a key, or refuses the one it got \(“Invalid API key”\)/);
    await connect(page, server.url, { key: 'sesame-1' });
    await takeModel(page);
    const run = await begin(page, app.server.url, { rows: 20, plan: 'trial' });
    await until(async () => (await readStored(page, run)).calls.length >= 5, 1, 'five calls');
    expect(await database(page)).not.toContain('sesame-1');
    server.takes = 1;
    await page.reload();
    await page.getByText('wants a key').first().waitFor({ timeout: 60_000 });
    const before = (await readStored(page, run)).events.map(({ event }) => event);
    expect(await axe(page)).toEqual([]);
    await page.getByLabel(`Key for 127.0.0.1:${server.port}`).fill('sesame-1');
    await page.getByRole('button', { name: 'Go on with this key' }).click();
    await page.getByRole('region', { name: 'Result' }).waitFor({ timeout: 60_000 });
    const stored = await readStored(page, run);
    expect(stored.run.status).toBe('done');
    expect(stored.events.map(({ event }) => event).slice(0, before.length)).toEqual(before);
    expect(await database(page)).not.toContain('sesame-1');
    await page.context().close();
  });

  it('that is no longer good in the middle of a run is asked for, and the run goes on with another', async () => {
    server.key = 'sesame-3';
    server.takes = 150;
    const page = await models();
    await connect(page, server.url, { key: 'sesame-3' });
    await takeModel(page);
    const run = await begin(page, app.server.url, { rows: 20, plan: 'trial' });
    await until(async () => (await readStored(page, run)).calls.length >= 5, 1, 'five calls');
    server.key = 'sesame-4';
    await page.getByText('wants a key').first().waitFor({ timeout: 60_000 });
    server.takes = 1;
    await page.getByRole('button', { name: 'Go on', exact: true }).click();
    await page.getByLabel(`Key for 127.0.0.1:${server.port}`).fill('sesame-4');
    await page.getByRole('button', { name: 'Go on with this key' }).click();
    await page.getByRole('region', { name: 'Result' }).waitFor({ timeout: 60_000 });
    expect((await readStored(page, run)).run.status).toBe('done');
    await page.context().close();
  });

  it('is remembered where that is asked for, said so, used at the next visit, and forgotten on a click', async () => {
    server.key = 'sesame-2';
    const page = await models();
    await connect(page, server.url, { key: 'sesame-2', remember: true });
    await section(page).getByText('Its key is remembered on this machine.').waitFor();
    expect(await database(page)).toContain('sesame-2');
    await takeModel(page);
    await page.reload();
    await page.getByRole('button', { name: 'Connect: scripted' }).click();
    await page.getByText(/is ready on/).waitFor({ timeout: 60_000 });
    await connect(page, server.url);
    await section(page).getByRole('button', { name: 'Forget the key' }).click();
    await expect.poll(() => section(page).getByText('Its key is remembered').count()).toBe(0);
    expect(await database(page)).not.toContain('sesame-2');
    await page.context().close();
  });
});

describe('a server that goes away in a run', () => {
  it('leaves a run that says so, and goes on where it stopped when the server is back', async () => {
    server.takes = 200;
    const page = await models();
    await connect(page, server.url);
    await takeModel(page);
    const run = await begin(page, app.server.url, { rows: 20, plan: 'trial' });
    await until(async () => (await readStored(page, run)).calls.length >= 5, 1, 'five calls');
    await server.close();
    await page.getByText(/No server answers at/).waitFor({ timeout: 60_000 });
    const before = await readStored(page, run);
    expect(before.run.status).toBe('interrupted');
    server.takes = 1;
    await server.open();
    await page.getByRole('button', { name: 'Go on', exact: true }).click();
    await page.getByRole('region', { name: 'Result' }).waitFor({ timeout: 60_000 });
    const after = await readStored(page, run);
    expect(after.events.slice(0, before.events.length)).toEqual(before.events);
    await page.context().close();
  });
});
