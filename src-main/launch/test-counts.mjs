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

/**
 * A test that passed only when it was tried again counts as passed; `retried` names it, to be said aloud.
 *
 * @param report Playwright's `--reporter=json`, null where the runner ended before it wrote one
 */
export function countPlaywright(report) {
  if (report === null) return { passed: 0, failed: 1, skipped: 0, retried: [] };
  const { expected, unexpected, flaky, skipped } = report.stats;
  const errors = unexpected === 0 ? report.errors.length : 0;
  return {
    passed: expected + flaky,
    failed: unexpected + errors,
    skipped,
    retried: (report.suites ?? []).flatMap(flakyTitles),
  };
}

function flakyTitles({ specs = [], suites = [] }) {
  const own = specs.filter(({ tests }) => tests.some(({ status }) => status === 'flaky'));
  return [...own.map(({ file, title }) => `${file}: ${title}`), ...suites.flatMap(flakyTitles)];
}

export function addCounts(...counts) {
  return counts.reduce((sum, one) => ({
    passed: sum.passed + one.passed,
    failed: sum.failed + one.failed,
    skipped: sum.skipped + one.skipped,
  }));
}
