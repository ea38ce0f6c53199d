import { describe, expect, it } from 'vitest';
import { asJsonLines, figureWords, kinds, select, whatWords } from '../../src/app/log/logLines.ts';
import type { LogRecord } from '../../src/store/records.ts';

const line = (id: number, change: Partial<LogRecord> = {}): LogRecord => ({
  id,
  at: Date.UTC(2026, 0, 2, 3, 4, id),
  level: 'info',
  what: 'run-finished',
  figures: {},
  ...change,
});
const failed = line(2, { level: 'error', what: 'run-failed', code: 'TypeError' });

describe('a line of the log in words', () => {
  it('names what happened, a kind of a later version too', () => {
    expect(whatWords('run-finished')).toBe('Run finished');
    expect(whatWords('webhook-failed')).toBe('Webhook failed');
  });

  it('gives every figure with what it counts', () => {
    expect(figureWords(line(1, { figures: { promptLength: 1234, seconds: 3.26, score: 0.731, calls: 90, tokens: 61204, other: 7 } }))).toBe(
      'prompt of 1,234 characters · 3.3 s · score 73 % · 90 calls · 61,204 tokens · other 7',
    );
    expect(figureWords(failed)).toBe('TypeError');
  });
});

describe('the lines', () => {
  const all = [line(3), failed, line(1)];

  it('are chosen by level and kind', () => {
    expect(select(all, { level: 'all', what: '' })).toEqual(all);
    expect(select(all, { level: 'error', what: '' })).toEqual([failed]);
    expect(select(all, { level: 'all', what: 'run-finished' }).map(({ id }) => id)).toEqual([3, 1]);
    expect(select(all, { level: 'error', what: 'run-finished' })).toEqual([]);
    expect(kinds(all)).toEqual(['run-failed', 'run-finished']);
  });

  it('are JSON Lines as a file, oldest first, and lose nothing', () => {
    const text = asJsonLines(all);
    expect(text.endsWith('\n')).toBe(true);
    const read = text
      .trimEnd()
      .split('\n')
      .map((one) => JSON.parse(one) as Record<string, unknown>);
    expect(read.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(read[1]).toEqual({
      time: '2026-01-02T03:04:02.000Z',
      level: 'error',
      what: 'run-failed',
      figures: {},
      code: 'TypeError',
      id: 2,
    });
    expect(asJsonLines([])).toBe('');
  });
});
