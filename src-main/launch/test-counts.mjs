/** Adds up what a runner's JSON report says: `{ passed, failed, skipped }`. */

/** @param report vitest's `--reporter=json`, null where the runner ended before it wrote one */
export function countVitest(report) {
  if (report === null) return { passed: 0, failed: 1, skipped: 0 };
  // A file that could not be loaded holds no test that could fail; it counts as one.
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** @param report Playwright's `--reporter=json`, null where the runner ended before it wrote one */
export function countPlaywright(report) {
  if (report === null) return { passed: 0, failed: 1, skipped: 0 };
  // A flaky test passed only when it was tried again: it failed.
  const { expected, unexpected, flaky, skipped } = report.stats;
  const errors = unexpected + flaky === 0 ? report.errors.length : 0;
  return { passed: expected, failed: unexpected + flaky + errors, skipped };
}

export function addCounts(...counts) {
  return counts.reduce((sum, one) => ({
    passed: sum.passed + one.passed,
    failed: sum.failed + one.failed,
    skipped: sum.skipped + one.skipped,
  }));
}
