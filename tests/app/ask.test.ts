/** The page's side of the service worker, with a double of the worker: one that never says anything, and one that does. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ask } from '../../src/app/offline/serviceWorker.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const silent = { postMessage: () => {} } as unknown as ServiceWorker;
const saying = (answer: unknown) =>
  ({ postMessage: (_question: unknown, [port]: MessagePort[]) => port!.postMessage(answer) }) as unknown as ServiceWorker;

describe('a question to the service worker', () => {
  it('is given up with a sentence when nothing is said', async () => {
    const asked = ask('engines', {}, silent);
    const told = expect(asked).rejects.toThrow(/did not answer\. Reload the page/);
    await vi.runAllTimersAsync();
    await told;
  });

  it('fails with the sentence of a refusal', async () => {
    await expect(ask('engines', {}, saying({ refused: 'Not now.' }))).rejects.toThrow('Not now.');
  });

  it('has its answer, and no clock runs on', async () => {
    expect(await ask('engines', {}, saying([]))).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
