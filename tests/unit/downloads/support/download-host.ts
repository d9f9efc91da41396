// A whole host for tests that kill it: opens a core on the folder of its first argument with the catalogue of its second,
// fetches «tiny» and prints every job event as a line.
import { join, resolve } from 'node:path';
import { createForkLauncher } from '../../../../src-main/core/compute-client/fork-launcher.ts';
import { createCore } from '../../../../src-main/core/create-core.ts';
import { testTransport } from '../../../support/test-transport.ts';

const [dataFolder = '', catalogueFile = ''] = process.argv.slice(2);
const root = resolve(import.meta.dirname, '../../../..');
const core = await createCore(
  {
    dataFolder,
    catalogueFile,
    assetsFolder: join(root, 'assets'),
    migrationsFolder: join(root, 'src-main/core/db/migrations'),
    host: 'web',
    version: '0',
    computeLauncher: createForkLauncher({
      entryPath: join(root, 'tests/unit/core/support/fake-compute-child.ts'),
      assetsFolder: join(root, 'assets'),
    }),
    log: (level, message) => {
      process.stderr.write(`${level} ${message}\n`);
    },
  },
  { transport: testTransport() },
);
core.subscribe((event) => {
  process.stdout.write(`${JSON.stringify(event)}\n`);
});
await core.call('models.download', { entryId: 'tiny' });
