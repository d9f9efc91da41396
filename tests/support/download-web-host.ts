// The web host on a core whose downloads end at a server of this machine: data folder and catalogue as arguments.
import { join, resolve } from 'node:path';
import { createForkLauncher } from '../../src-main/core/compute-client/fork-launcher.ts';
import { createCore } from '../../src-main/core/create-core.ts';
import { findProjectPaths } from '../../src-main/serving/project-paths.ts';
import { startWebHost } from '../../src-main/web/web-host.ts';
import { testTransport } from './test-transport.ts';

const [dataFolder = '', catalogueFile = ''] = process.argv.slice(2);
const paths = findProjectPaths(join(resolve(import.meta.dirname, '../..'), 'src-main/web'));
const core = await createCore(
  {
    ...paths,
    dataFolder,
    catalogueFile,
    host: 'web',
    computeLauncher: createForkLauncher({
      entryPath: paths.computeEntry,
      assetsFolder: paths.assetsFolder,
    }),
    log: (level, message) => {
      process.stderr.write(`${level} ${message}\n`);
    },
  },
  { transport: testTransport() },
);
const host = await startWebHost({ core, rendererFolder: paths.rendererFolder, port: 0 });
process.stdout.write(`${host.url}\n`);
