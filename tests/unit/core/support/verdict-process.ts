// A whole host for a test that kills it: opens a core on the folder of its first argument and gives verdicts on the images
// of the others, one after another without an end; prints each when it was answered.
import { join, resolve } from 'node:path';
import { createForkLauncher } from '../../../../src-main/core/compute-client/fork-launcher.ts';
import { createCore } from '../../../../src-main/core/create-core.ts';

const [dataFolder = '', ...imageIds] = process.argv.slice(2);
const root = resolve(import.meta.dirname, '../../../..');
const assetsFolder = join(root, 'assets');
const core = await createCore({
  dataFolder,
  assetsFolder,
  migrationsFolder: join(root, 'src-main/core/db/migrations'),
  host: 'cli',
  version: '0',
  computeLauncher: createForkLauncher({
    entryPath: join(import.meta.dirname, 'fake-compute-child.ts'),
    assetsFolder,
  }),
  log: () => undefined,
});
for (let turn = 0; ; turn++) {
  for (const imageId of imageIds) {
    const verdict = await core.call('verdicts.record', {
      ...{ imageId: Number(imageId), value: turn % 2 === 0 ? 'good' : 'defect', note: `turn ${turn}` },
      ...{ runId: null, threshold: null, wasBlind: false },
    });
    process.stdout.write(`${JSON.stringify(verdict)}\n`);
  }
}
