// Everything: lint, unit and golden and contract tests, build, end-to-end tests. All parts run, whatever fails before.
// The last line is `N passed, N failed, N skipped`.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildProject } from './build.mjs';
import { runEndToEnd } from './e2e.mjs';
import { ensureNode, projectRoot, run } from './node-version.mjs';
import { addCounts, countPlaywright, countVitest } from './test-counts.mjs';

await ensureNode();

const reports = await mkdtemp(path.join(tmpdir(), 'workbench-test-'));
const readReport = async (name) => {
  try {
    return JSON.parse(await readFile(path.join(reports, name), 'utf8'));
  } catch {
    return null;
  }
};
const heading = (text) => console.log(`\n== ${text}`);
/** A part that is no test of its own counts only when it fails. */
const partCount = (ok) => ({ passed: 0, failed: ok ? 0 : 1, skipped: 0 });

heading('lint');
const lintCode = await run(process.execPath, [path.join(import.meta.dirname, 'lint.mjs')], {
  cwd: projectRoot,
});

heading('build');
let built = true;
try {
  await buildProject();
} catch (error) {
  console.error(error);
  built = false;
}

heading('unit, golden and contract tests');
const runVitest = () =>
  run(
    process.execPath,
    [
      path.join(projectRoot, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${path.join(reports, 'vitest.json')}`,
    ],
    { cwd: projectRoot },
  );
let vitestCode = await runVitest();
let unitReport = await readReport('vitest.json');
// Node 24's V8 now and then ends a process by itself («Check failed: jit_page.has_value()», nodejs/node#64500). A failed test is
// never run again here; a run in which none failed and a process ended is, and the result names it.
const diedByItself = vitestCode !== 0 && (unitReport?.numFailedTests ?? 0) === 0;
if (diedByItself) {
  heading('unit, golden and contract tests once more: a process ended by itself');
  await rm(path.join(reports, 'vitest.json'), { force: true });
  vitestCode = await runVitest();
  unitReport = await readReport('vitest.json');
}
const unitCounts = countVitest(unitReport);

heading('end-to-end tests');
const endToEndCode = built
  ? await runEndToEnd([], { WORKBENCH_E2E_REPORT: path.join(reports, 'playwright.json') })
  : 1;
const endToEndCounts = countPlaywright(await readReport('playwright.json'));
await rm(reports, { recursive: true, force: true });

const counts = addCounts(unitCounts, endToEndCounts, partCount(lintCode === 0), partCount(built));
const codes = { lint: lintCode, build: built ? 0 : 1, tests: vitestCode, 'end-to-end tests': endToEndCode };
const failedParts = Object.entries(codes).flatMap(([part, code]) => (code === 0 ? [] : [part]));
// A runner that says it failed while its report counts no failure is a failure all the same.
const failed = Math.max(counts.failed, failedParts.length);
heading('result');
console.log(
  `unit, golden, contract: ${unitCounts.passed} passed, ${unitCounts.failed} failed, ${unitCounts.skipped} skipped (vitest)`,
);
console.log(
  `end to end: ${endToEndCounts.passed} passed, ${endToEndCounts.failed} failed, ${endToEndCounts.skipped} skipped (Playwright)`,
);
if (diedByItself)
  console.log('RUN TWICE: unit, golden and contract tests, because a process of theirs ended by itself');
// Named here once more: of a long output only the end is kept by some who run this.
for (const title of [...unitCounts.failures, ...endToEndCounts.failures]) console.log(`FAILED: ${title}`);
for (const title of endToEndCounts.retried) console.log(`PASSED ONLY AT THE SECOND TRY: ${title}`);
if (failedParts.length > 0) console.log(`Failed: ${failedParts.join(', ')}.`);
console.log(`${counts.passed} passed, ${failed} failed, ${counts.skipped} skipped`);
process.exit(failed === 0 ? 0 : 1);
