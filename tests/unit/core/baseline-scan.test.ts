import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createForkLauncher } from '../../../src-main/core/compute-client/fork-launcher.ts';
import { assetsFolder, baselineRun, openTestCore, projectRoot } from './support/harness.ts';

const fixture = join(projectRoot, '../shared/data/fixture');

/** «A floor to beat» in ../shared/data/README.md, image AUROC in percent. */
const floor = {
  alien: 58.3,
  ballscrew: 77.8,
  cookie: 32.8,
  hazelnut: 0,
  paper_bdp01: 97.9,
  paper_brg03: 54.9,
  paper_gla01: 66.7,
};

describe('the baseline on real images', () => {
  it('reaches the known image AUROC of every class within 3 points, through the real compute process', async () => {
    expect(existsSync(fixture), `${fixture} is missing: a checkout has ../shared beside it`).toBe(true);
    const { core, jobEnd } = await openTestCore({
      computeLauncher: createForkLauncher({
        entryPath: join(projectRoot, 'src-main/compute/child.ts'),
        assetsFolder,
      }),
    });
    const imported = await core.call('datasets.import', { path: fixture });
    expect((await jobEnd(imported.job.id)).state).toBe('succeeded');
    const { run, job } = await core.call('runs.create', baselineRun(imported.dataset.id));
    expect((await jobEnd(job.id)).state).toBe('succeeded');
    const { imageAuroc, scoredCount, failedCount } = await core.call('runs.get', { runId: run.id });
    expect([scoredCount, failedCount]).toEqual([115, 0]);
    const off = Object.entries(floor).map(([className, percent]) => {
      const found = imageAuroc.find((row) => row.className === className)?.auroc;
      return { className, error: Math.abs((found ?? NaN) * 100 - percent) };
    });
    expect(off.filter(({ error }) => !(error <= 3))).toEqual([]);
    expect(imageAuroc).toHaveLength(7);
  });
});
