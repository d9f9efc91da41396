// A whole host for tests that kill it: opens a core on the folder of its first argument with the fake compute process,
// scans the data set of its second argument, or only waits when there is none, and prints every job event as a line.
import { join, resolve } from 'node:path';
import { createForkLauncher } from '../../../../src-main/core/compute-client/fork-launcher.ts';
import { createCore } from '../../../../src-main/core/create-core.ts';

const [dataFolder = '', datasetId] = process.argv.slice(2);
const root = resolve(import.meta.dirname, '../../../..');
const core = await createCore({
  dataFolder,
  assetsFolder: join(root, 'assets'),
  migrationsFolder: join(root, 'src-main/core/db/migrations'),
  host: 'web',
  version: '0',
  computeLauncher: createForkLauncher({
    entryPath: join(import.meta.dirname, 'fake-compute-child.ts'),
    assetsFolder: join(root, 'assets'),
  }),
  log: (level, message) => {
    process.stderr.write(`${level} ${message}\n`);
  },
});
core.subscribe((event) => {
  process.stdout.write(`${JSON.stringify(event)}\n`);
});
if (datasetId !== undefined) {
  await core.call('settings.set', { key: 'decided', value: 'before the end' });
  // Two runs in one pass: neither may be ahead of the other after a death.
  await core.call('runs.createMany', {
    datasetId: Number(datasetId),
    modelId: null,
    runs: [{}, { sigmaPx: 2 }].map((settings) => ({
      methodId: 'baseline' as const,
      promptSetId: null,
      settings,
    })),
  });
}
