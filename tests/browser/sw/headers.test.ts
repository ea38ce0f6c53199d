/** A host that sends a policy of its own, stricter than the app's: it holds from the second visit on too, when the page comes from the disk. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page, Worker } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHosted, takeModel, WAIT, type Hosted } from './hosted.ts';

/** @param files the origin where this host has its binaries */
const policyFor = (files: string): string =>
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
  `font-src 'self'; manifest-src 'self'; connect-src 'self' blob: ${files}; base-uri 'none'; form-action 'none'; object-src 'none'; frame-ancestors 'none'`;

let hosted: Hosted;
let page: Page;
let stranger: Server;
const asked: string[] = [];

beforeAll(async () => {
  stranger = await new Promise((done) => {
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.setHeader('Access-Control-Allow-Origin', '*').end('hello');
    }).listen(0, '127.0.0.1', () => done(server));
  });
  hosted = await openHosted();
  hosted.host.headers = {
    'Content-Security-Policy': policyFor(new URL(hosted.host.filesUrl).origin),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  };
  page = await hosted.open();
}, 120_000);
afterAll(async () => {
  await hosted?.close();
  stranger?.close();
});

const strange = (): string => `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
/** From a timer: what a debugger evaluates is above the policy. */
const reached = (where: Page | Worker): Promise<string> =>
  (where as Page).evaluate(
    (address) =>
      new Promise<string>((done) => {
        setTimeout(() => {
          fetch(address)
            .then((response) => response.text())
            .then(done, () => done('refused'));
        });
      }),
    strange(),
  );

describe('the server’s own headers', { timeout: 180_000 }, () => {
  it('stay with the page that comes from the disk, beside those of the app', async () => {
    const answer = (await page.reload())!;
    expect(answer.fromServiceWorker()).toBe(true);
    const headers = await answer.allHeaders();
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).toContain(`connect-src 'self' blob: ${new URL(hosted.host.filesUrl).origin};`);
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  });

  it('stay with the worker’s script, and leave the app whole', async () => {
    const answered = hosted.context.waitForEvent('response', { ...WAIT, predicate: (one) => one.url().includes('optimizer.worker') });
    await takeModel(page);
    const policies = (await (await answered).allHeaders())['content-security-policy'];
    expect(policies).toContain("frame-ancestors 'none'");
    expect(policies).toMatch(/\n.*connect-src|, .*connect-src/);
  });

  it('forbid page and worker an address that the person has confirmed', async () => {
    const allowed = await page.evaluate(async (origin) => {
      const { port1, port2 } = new MessageChannel();
      const answer = new Promise((done) => (port1.onmessage = ({ data }) => done(data)));
      (await navigator.serviceWorker.ready).active!.postMessage({ type: 'allow', origins: [origin] }, [port2]);
      return answer;
    }, strange());
    expect(allowed).toEqual([expect.objectContaining({ origin: strange() })]);
    await page.reload();
    await page.getByText('A model of your own').waitFor(WAIT);
    await takeModel(page);
    expect(await reached(page)).toBe('refused');
    expect(await reached(page.workers().findLast((one) => one.url().includes('optimizer.worker'))!)).toBe('refused');
    expect(asked).toEqual([]);
  });
});
