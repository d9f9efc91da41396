import { createCore } from '../core/create-core.ts';
import { createForkLauncher } from '../core/compute-client/fork-launcher.ts';
import type { Core, CoreOptions, DataFolderChoice, Log } from '../core/core.ts';
import type { ProjectPaths } from './project-paths.ts';

export interface OpenCoreOptions {
  readonly paths: ProjectPaths;
  readonly dataFolder: string;
  readonly host: CoreOptions['host'];
  readonly log: Log;
  readonly dataFolderChoice?: DataFolderChoice;
  readonly computeSettings?: CoreOptions['computeSettings'];
}

/** The core as the hosts without Electron open it: compute runs in a forked Node process. */
export async function openCore({ paths, dataFolder, host, log, ...rest }: OpenCoreOptions): Promise<Core> {
  return await createCore({
    dataFolder,
    assetsFolder: paths.assetsFolder,
    starterModelFolder: paths.starterModelFolder,
    catalogueFile: paths.catalogueFile,
    migrationsFolder: paths.migrationsFolder,
    host,
    version: paths.version,
    computeLauncher: createForkLauncher({ entryPath: paths.computeEntry, assetsFolder: paths.assetsFolder }),
    log,
    ...rest,
  });
}
