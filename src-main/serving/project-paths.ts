import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** Where a host finds what lies beside it: from source, from the bundles in `out/main`, and in the packaged application. */
export interface ProjectPaths {
  readonly root: string;
  readonly assetsFolder: string;
  /** Of the model that comes with the program. */
  readonly starterModelFolder: string;
  /** Of the public checkpoints that can be downloaded. */
  readonly catalogueFile: string;
  readonly rendererFolder: string;
  readonly migrationsFolder: string;
  /** Entry of the compute process. */
  readonly computeEntry: string;
  readonly version: string;
}

const packageSchema = z.object({ version: z.string() });

/**
 * `entryFolder` is the running entry's own folder, two below the project's root both as source (`src-main/web`) and
 * as bundle (`out/main`). `resourcesFolder` is where the packaged application keeps its extra resources, outside asar.
 */
export function findProjectPaths(entryFolder: string, resourcesFolder: string | null = null): ProjectPaths {
  const root = path.resolve(entryFolder, '../..');
  const fromBundle = existsSync(path.join(entryFolder, 'compute.js'));
  const { version } = packageSchema.parse(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')));
  return {
    root,
    version,
    assetsFolder: path.join(resourcesFolder ?? root, 'assets'),
    starterModelFolder: path.join(resourcesFolder ?? root, 'models', 'starter'),
    catalogueFile: path.join(resourcesFolder ?? root, 'models', 'catalogue.json'),
    rendererFolder: path.join(root, 'out', 'renderer'),
    migrationsFolder: fromBundle
      ? path.join(entryFolder, 'migrations')
      : path.join(root, 'src-main', 'core', 'db', 'migrations'),
    computeEntry: fromBundle
      ? path.join(entryFolder, 'compute.js')
      : path.join(root, 'src-main', 'compute', 'child.ts'),
  };
}
