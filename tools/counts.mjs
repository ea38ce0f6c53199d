/**
 * @typedef {object} Report Vitest's JSON report, as far as it is read here
 * @property {boolean} [success]
 * @property {{ status: string, assertionResults: { status: string }[] }[]} testResults
 */

/**
 * Counts a report. A file that could not be loaded has no tests of its own: it counts as one that failed.
 * @param {Report | null} report null: the runner left none
 * @param {number} exitCode of the runner: when it is not 0 something failed, even outside every test
 * @returns {{ passed: number, failed: number, skipped: number }}
 */
export function countTests(report, exitCode) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report?.testResults ?? []) {
    const before = counts.failed;
    for (const { status } of file.assertionResults) {
      if (status === 'passed') counts.passed++;
      else if (status === 'failed') counts.failed++;
      else counts.skipped++;
    }
    if (file.status === 'failed' && counts.failed === before) counts.failed++;
  }
  if (counts.failed === 0 && (exitCode !== 0 || report === null)) counts.failed = 1;
  return counts;
}

/** @param {{ passed: number, failed: number, skipped: number }} counts */
export const countsLine = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;
