import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { load, openWorld } from './world.ts';

beforeEach(() => {
  vi.resetModules();
  openWorld([]);
});
afterEach(() => vi.unstubAllGlobals());

async function asked(data: unknown, port: { postMessage: (answer: unknown) => void } | undefined) {
  const { answerQuestion } = await load<{ answerQuestion(event: unknown): Promise<void> | null }>('questions.ts');
  return answerQuestion({ data, ports: port ? [port] : [] });
}

describe('what the page asks', () => {
  it('is refused with a sentence when this worker does not know it: a page may be newer than its worker', async () => {
    const answers: unknown[] = [];
    await asked({ type: 'of-a-later-version' }, { postMessage: (answer) => answers.push(answer) });
    expect(answers).toEqual([{ name: 'Error', refused: expect.stringMatching(/another version\. Reload the page\.$/) }]);
  });

  it('is answered on the port that came with it', async () => {
    const answers: unknown[] = [];
    await asked({ type: 'engines' }, { postMessage: (answer) => answers.push(answer) });
    expect(answers).toEqual([[]]);
  });

  it.each([
    ['https://[::1]:8443', /no address in the numbers of IPv6\. Give the server by its name/],
    ['http://192.168.0.7:8080', /only https, or http on 127\.0\.0\.1 and localhost/],
  ])('is refused when it would allow %s, which no policy can name: why is said', async (origin, why) => {
    const answers: unknown[] = [];
    await asked({ type: 'allow', origins: [origin] }, { postMessage: (answer) => answers.push(answer) });
    expect(answers).toEqual([{ name: 'not-allowed', refused: expect.stringMatching(why) }]);
  });

  it.each([null, 'text', {}, { type: 3 }])('is nothing that says %j', async (data) => {
    expect(await asked(data, { postMessage: () => {} })).toBeNull();
    expect(await asked({ type: 'engines' }, undefined)).toBeNull();
  });
});
