import { describe, expect, it } from 'vitest';
import { countsLine, countTests } from '../../tools/counts.mjs';

const file = (status: string, ...statuses: string[]) => ({ status, assertionResults: statuses.map((one) => ({ status: one })) });

describe('the counts at the end', () => {
  it('are those of the report', () => {
    const counts = countTests(
      { testResults: [file('passed', 'passed', 'skipped', 'todo'), file('failed', 'passed', 'failed', 'pending')] },
      1,
    );
    expect(countsLine(counts)).toBe('2 passed, 1 failed, 3 skipped');
  });

  it('count a file that could not be loaded as one that failed', () => {
    expect(countTests({ testResults: [file('passed', 'passed'), file('failed')] }, 1)).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });

  it('never say that nothing failed when the runner did', () => {
    expect(countTests({ testResults: [file('passed', 'passed')] }, 1).failed).toBe(1);
    expect(countTests(null, 0).failed).toBe(1);
  });

  it('say that nothing failed when nothing did', () => {
    expect(countTests({ testResults: [file('passed', 'passed')] }, 0)).toEqual({ passed: 1, failed: 0, skipped: 0 });
  });
});
