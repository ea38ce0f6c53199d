import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/store/connection.ts';
import { appendLog, clearLog, readLog, type LogRules } from '../../src/store/log.ts';
import type { LogRecord } from '../../src/store/records.ts';
import { freshConnection } from './fresh.ts';

let connection: Connection;
beforeEach(() => {
  connection = freshConnection();
});
const line = (at: number): LogRecord => ({ at, level: 'info', what: 'run-finished', figures: { calls: at } });
const rules = (logSize: number, logLevel: LogRules['logLevel'] = 'info'): LogRules => ({ logSize, logLevel });
const times = async () => (await connection.use(readLog)).map(({ at }) => at);

describe('the log', () => {
  it('is read newest first', async () => {
    await connection.use((s) => appendLog(s, [line(1), line(2)], rules(10)));
    await connection.use((s) => appendLog(s, [line(3)], rules(10)));
    expect(await times()).toEqual([3, 2, 1]);
  });

  it('keeps the newest lines only, as many as allowed', async () => {
    for (let at = 1; at <= 12; at++) await connection.use((s) => appendLog(s, [line(at)], rules(5)));
    expect(await times()).toEqual([12, 11, 10, 9, 8]);
    await connection.use((s) => appendLog(s, [line(13), line(14), line(15)], rules(3)));
    expect(await times()).toEqual([15, 14, 13]);
  });

  it.each([
    ['off', []],
    ['error', [2]],
    ['info', [2, 1]],
  ] as const)('takes in what its level says: %s', async (level, taken) => {
    await connection.use((s) => appendLog(s, [line(1), { ...line(2), level: 'error' }], rules(5, level)));
    expect(await times()).toEqual(taken);
  });

  it('is empty when it was cleared, and goes on from there', async () => {
    await connection.use((s) => appendLog(s, [line(1)], rules(5)));
    await connection.use(clearLog);
    expect(await times()).toEqual([]);
    await connection.use((s) => appendLog(s, [line(2)], rules(5)));
    expect(await times()).toEqual([2]);
  });
});
