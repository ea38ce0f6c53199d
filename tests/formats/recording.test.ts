import { stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { MOST_CHARACTERS, readRecording } from '../../src/formats/recording.ts';
import { openRecording } from '../promptwizard/recording.ts';

const shipped = new URL('../../public/recorded/run.json.gz', import.meta.url);
const good = await openRecording(shipped);

describe('the recording that ships with the app', () => {
  it('is small, and says its model, its day and what its rows ask', async () => {
    expect((await stat(shipped)).size).toBeLessThan(150_000);
    expect(JSON.stringify(good).length).toBeLessThan(MOST_CHARACTERS / 4);
    expect([good.model, good.date, good.rowsOf]).toEqual([
      expect.stringMatching(/./),
      expect.stringMatching(/^20\d\d-/),
      expect.stringMatching(/./),
    ]);
  });
  it('names no place on the machine that made it', () => {
    expect(JSON.stringify(good)).not.toMatch(/\/(work|tmp|home|root|Users)\/|127\.0\.0\.1|localhost/);
  });
});

describe('a file that is no recording', () => {
  it.each([
    ['', 'holds no recorded run'],
    ['<!doctype html>', 'holds no recorded run'],
    ['null', 'holds no recorded run'],
    ['[]', 'holds no recorded run'],
    [JSON.stringify({ ...good, version: 2 }), 'has version 2; this app reads version 1'],
    [JSON.stringify({ ...good, version: undefined }), 'has version undefined'],
    [JSON.stringify({ ...good, model: '' }), 'does not name its model'],
    [JSON.stringify({ ...good, date: '2026-13-01' }), 'has no date'],
    [JSON.stringify({ ...good, date: 'yesterday' }), 'has no date'],
    [JSON.stringify({ ...good, rowsOf: 7 }), 'the name of its rows'],
    [JSON.stringify({ ...good, input: {} }), 'has no task'],
    [JSON.stringify({ ...good, input: { ...good.input, task: { prompt: 'x' } } }), 'no rows'],
    [JSON.stringify({ ...good, events: [] }), 'no beginning'],
    [JSON.stringify({ ...good, events: [null] }), 'no events'],
    [JSON.stringify({ ...good, events: good.events.slice(0, -1) }), 'no end'],
    [JSON.stringify({ ...good, replies: undefined }), 'the replies are missing'],
    [' '.repeat(MOST_CHARACTERS + 1), 'larger than any run'],
  ])('is refused with a sentence: %#', (text, sentence) => {
    expect(() => readRecording(text)).toThrow(sentence);
  });
});
