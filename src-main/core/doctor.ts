import { randomUUID } from 'node:crypto';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { arch, availableParallelism, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { toErrorShape } from '../../src-shared/contract/errors.ts';
import type { MethodResult } from '../../src-shared/contract/methods.ts';
import type { ComputeClient } from './compute-client/compute-client.ts';
import type { CoreOptions } from './core.ts';
import type { Database } from './db/database.ts';
import { fromSystemError } from './error-report.ts';
import type { LibraryFolders } from './library-folders.ts';

type Check = MethodResult<'app.doctor'>['checks'][number];

export interface DoctorServices {
  readonly options: Pick<CoreOptions, 'version' | 'host'>;
  readonly database: Database;
  readonly compute: ComputeClient;
  readonly folders: LibraryFolders;
}

const gib = 1024 ** 3;
const enoughFreeBytes = 5 * gib;

/** Looks at everything that a scan needs and says of each what was found; nothing here throws. */
export async function runDoctor(services: DoctorServices): Promise<Check[]> {
  const { options, database, compute, folders } = services;
  const checks: (() => Promise<Check> | Check)[] = [
    () => ok('Anomaly Workbench', `${options.version}, as ${options.host}`),
    () => ok('System', `${platform()} ${release()} ${arch()}`),
    () =>
      ok(
        'Machine',
        `${availableParallelism()} processor threads, ${(totalmem() / gib).toFixed(1)} GiB of memory`,
      ),
    () => ok('Node.js', electronVersion() ?? process.versions.node),
    () => checkDatabase(database),
    () => checkFolder(folders.dataFolder),
    () => checkSpace(folders.dataFolder),
    () => checkCompute(compute),
  ];
  const names = [
    'Anomaly Workbench',
    'System',
    'Machine',
    'Node.js',
    'Database',
    'Data folder',
    'Free space',
  ];
  return await Promise.all(
    checks.map(async (check, index) => {
      try {
        return await check();
      } catch (thrown) {
        const { message } = toErrorShape(fromSystemError(thrown, folders.dataFolder));
        return { name: names[index] ?? 'Compute process', state: 'error' as const, detail: message };
      }
    }),
  );
}

function ok(name: string, detail: string): Check {
  return { name, state: 'ok', detail };
}

function electronVersion(): string | null {
  const { electron, node, chrome } = process.versions;
  return electron === undefined ? null : `${node} in Electron ${electron} (Chromium ${chrome ?? 'unknown'})`;
}

function checkDatabase(database: Database): Check {
  const finding = database.pragma('quick_check(1)');
  const version = database.get<{ version: string }>('SELECT sqlite_version() AS version')?.version;
  if (finding === 'ok') {
    return ok(
      'Database',
      `${database.filePath}, SQLite ${version ?? 'unknown'}, format ${String(database.pragma('user_version'))}`,
    );
  }
  return {
    name: 'Database',
    state: 'error',
    detail: `${database.filePath} is damaged: ${String(finding)}. Copy it away and put a copy from «backups» in its place.`,
  };
}

async function checkFolder(folder: string): Promise<Check> {
  const trial = join(folder, `.trial-${randomUUID()}`);
  await writeFile(trial, 'trial');
  await rm(trial);
  return ok('Data folder', `${folder} can be written`);
}

async function checkSpace(folder: string): Promise<Check> {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  const detail = `${(freeBytes / gib).toFixed(1)} GiB free at ${folder}`;
  if (freeBytes >= enoughFreeBytes) return ok('Free space', detail);
  return {
    name: 'Free space',
    state: 'warning',
    detail: `${detail}. A ViT-L model takes 1.7 GiB: free some space before importing one.`,
  };
}

async function checkCompute(compute: ComputeClient): Promise<Check> {
  const info = await compute.call('runtime.info', {});
  return ok(
    'Compute process',
    `ONNX Runtime ${info.onnxRuntimeVersion} with ${info.executionProviders.join(', ')}, Node.js ${info.nodeVersion}`,
  );
}
