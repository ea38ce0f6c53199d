/**
 * From a server's address to a verdict, through the built app. Against a test double by default; `npm run test:servers`
 * gives the address of a real server by SERVER_URL, and then nothing is asserted that only the double does.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsOf, expectLawful } from '../../promptwizard/laws.ts';
import { axe } from '../app/axe.ts';
import { openApp, type App } from '../app/openApp.ts';
import { readStored, until } from '../real/app.ts';
import { begin, connect, section, takeModel } from './page.ts';
import { openScriptedServer, type ScriptedServer } from './scriptedServer.ts';

const real = process.env['SERVER_URL'];
const MINUTES = real ? 28 : 2;

let app: App;
let double: ScriptedServer | null = null;
beforeAll(async () => {
  if (!real) {
    double = await openScriptedServer();
    double.slots = 4;
    double.takes = 15;
  }
  app = await openApp();
}, 180_000);
afterAll(async () => {
  await app?.close();
  await double?.close();
});

describe('a server of one’s own', () => {
  it(
    'is connected, answers a run from prompt to verdict, and is named wherever it is in use',
    async () => {
      const { page, errors } = await app.page();
      const url = real ?? double!.url;
      const { host } = new URL(url);
      const asked = new Set<string>();
      page.context().on('request', (request) => asked.add(new URL(request.url()).host));
      await page.goto(`${app.server.url}#/models`);
      await section(page).waitFor();
      await connect(page, url);
      await section(page)
        .getByText(/answers with \d+ models?\./)
        .waitFor();
      expect(await section(page).getByText(`Prompts, rows and replies go to the server on this machine at ${host}`).count()).toBe(1);
      expect(await axe(page)).toEqual([]);
      await takeModel(page);
      await expect.poll(() => page.getByRole('link', { name: /^Model:/ }).innerText()).toMatch(/· ready$/);

      const run = await begin(page, app.server.url, { rows: real ? 20 : 40, plan: 'trial' });
      await page.getByText(`Prompts, rows and replies go to the server on this machine at ${host}, and only there.`).waitFor();
      await until(async () => ['done', 'stopped', 'failed'].includes((await readStored(page, run)).run.status), MINUTES, 'the verdict');
      const stored = await readStored(page, run);
      const events = stored.events.map(({ event }) => event);
      expect(stored.run).toMatchObject({ status: 'done', model: { engine: 'openai', url: expect.stringContaining(host) } });
      expectLawful(stored.run.input, events);
      expect(eventsOf(events, 'call').length).toBe(new Set(eventsOf(events, 'call').map(({ hash }) => hash)).size);
      const { result } = eventsOf(events, 'done')[0]!;
      expect(result.verdict.start!.rows).toBeGreaterThan(0);
      const view = page.getByRole('region', { name: 'Result' });
      await view.getByText('Quality score').waitFor();

      const form = page.getByRole('form', { name: 'Try it' });
      expect(await form.innerText()).toContain(`server on this machine at ${host}`);
      await form.getByLabel('A new input').fill('I have a fig and two plums. How many fruits do I have?');
      await form.getByRole('button', { name: /^Ask/ }).click();
      await form
        .getByText(/^read: /)
        .first()
        .waitFor({ timeout: 120_000 });

      await page.goto(`${app.server.url}#/`);
      await page.getByText(/text goes to the server on this machine/).waitFor();
      expect(await page.getByText('nothing leaves it').count()).toBe(0);
      expect([...asked].sort()).toEqual([new URL(app.server.url).host, host].sort());
      expect(errors).toEqual([]);

      if (double) {
        const calls = eventsOf(events, 'call').length;
        expect(double.most).toBeGreaterThan(1);
        expect(double.most).toBeLessThanOrEqual(5);
        // The self-test, the tries, and what was foreseen for nothing.
        expect(double.answers.length).toBeLessThan(1.3 * calls + 3);
        expect(double.answers.every((body) => body['stream'] === true)).toBe(true);
        expect(result.verdict.outcome).toBe('better');
      }
      await page.context().close();
    },
    (MINUTES + 3) * 60_000,
  );
});
