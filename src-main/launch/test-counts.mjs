/** Adds up what a runner's JSON report says: `{ passed, failed, skipped }`. */
import path from 'node:path';

/**
 * `failures` names each test that failed, each that never came to its end because its process ended before, and each file that
 * could not be loaded.
 *
 * @param report vitest's `--reporter=json`, null where the runner ended before it wrote one
 */
export function countVitest(report) {
  if (report === null) return { passed: 0, failed: 1, skipped: 0, failures: ['vitest wrote no report'] };
  const some = (file, wanted) => file.assertionResults.filter(({ status }) => wanted.includes(status));
  const failures = report.testResults.flatMap((file) => {
    const name = path.basename(file.name);
    // Neither passed nor failed nor skipped: vitest counts it nowhere, so that a file could come to its end without it.
    const bad = [
      ...some(file, ['failed']).map(({ fullName }) => `${name}: ${fullName}`),
      ...some(file, ['pending']).map(({ fullName }) => `${name}: ${fullName} (did not come to its end)`),
    ];
    // A file that could not be loaded holds no test that could fail; it counts as one.
    return file.status === 'failed' && bad.length === 0 ? [`${name} could not be loaded`] : bad;
  });
  return {
    passed: report.numPassedTests,
    failed: failures.length,
    skipped: report.testResults.reduce((sum, file) => sum + some(file, ['skipped', 'todo']).length, 0),
    failures,
  };
}

/**
 * A test that passed only when it was tried again counts as passed; `retried` names it, to be said aloud. `failures` names
 * each test that failed.
 *
 * @param report Playwright's `--reporter=json`, null where the runner ended before it wrote one
 */
export function countPlaywright(report) {
  if (report === null)
    return { passed: 0, failed: 1, skipped: 0, failures: ['Playwright wrote no report'], retried: [] };
  const { expected, unexpected, flaky, skipped } = report.stats;
  const errors = unexpected === 0 ? report.errors.length : 0;
  return {
    passed: expected + flaky,
    failed: unexpected + errors,
    skipped,
    failures: titlesOf('unexpected', report),
    retried: titlesOf('flaky', report),
  };
}

function titlesOf(outcome, { specs = [], suites = [] }) {
  const own = specs.filter(({ tests }) => tests.some(({ status }) => status === outcome));
  return [
    ...own.map(({ file, title }) => `${file}: ${title}`),
    ...suites.flatMap((suite) => titlesOf(outcome, suite)),
  ];
}

export function addCounts(...counts) {
  return counts.reduce((sum, one) => ({
    passed: sum.passed + one.passed,
    failed: sum.failed + one.failed,
    skipped: sum.skipped + one.skipped,
  }));
}
