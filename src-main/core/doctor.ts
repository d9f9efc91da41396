import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { arch, availableParallelism, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { toErrorShape } from '../../src-shared/contract/errors.ts';
import type { MethodResult } from '../../src-shared/contract/methods.ts';
import { formatSize } from '../../src-shared/text/format-size.ts';
import { freeBytesAt } from '../system/free-bytes.ts';
import type { ComputeClient } from './compute-client/compute-client.ts';
import type { CoreOptions } from './core.ts';
import type { Database } from './db/database.ts';
import { dataFolderUse } from './library/disk-use.ts';
import { fromSystemError } from './error-report.ts';
import type { LibraryFolders } from './library/library-folders.ts';

type Check = MethodResult<'app.doctor'>['checks'][number];
type Finding = Omit<Check, 'name'>;

export interface DoctorServices {
  readonly options: Pick<CoreOptions, 'version' | 'host'>;
  readonly database: Database;
  readonly compute: ComputeClient;
  readonly folders: LibraryFolders;
}

const enoughFreeBytes = 5e9;

/** Looks at everything that a scan needs and says of each what was found; nothing here throws. */
export async function runDoctor(services: DoctorServices): Promise<Check[]> {
  const { options, database, compute, folders } = services;
  const memory = `${formatSize(totalmem())} of memory`;
  const checks: Record<string, () => Promise<Finding> | Finding> = {
    'Anomaly Workbench': () => ok(`${options.version}, as ${options.host}`),
    System: () => ok(`${platform()} ${release()} ${arch()}`),
    Machine: () => ok(`${availableParallelism()} processor threads, ${memory}`),
    'Node.js': () => ok(electronVersion() ?? process.versions.node),
    Database: () => checkDatabase(database),
    'Data folder': () => checkFolder(folders.dataFolder),
    'Disk use': () => reportUse(folders, database),
    'Free space': () => checkSpace(folders.dataFolder),
    'Compute process': () => checkCompute(compute),
  };
  return await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      try {
        return { name, ...(await check()) };
      } catch (thrown) {
        const { message } = toErrorShape(fromSystemError(thrown, folders.dataFolder));
        return { name, state: 'error' as const, detail: message };
      }
    }),
  );
}

function ok(detail: string): Finding {
  return { state: 'ok', detail };
}

function electronVersion(): string | null {
  const { electron, node, chrome } = process.versions;
  return electron === undefined ? null : `${node} in Electron ${electron} (Chromium ${chrome ?? 'unknown'})`;
}

/**
 * Looks through every table but the patch maps, which are nearly the whole file: with three runs over 50,000 images that
 * takes 0.1 s instead of 1 s, in which nothing else would be answered. A damaged map is noticed when it is read.
 */
function checkDatabase(database: Database): Finding {
  const tables = database.all<{ name: string }>(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'result_maps'`,
  );
  const finding = tables
    .map(({ name }) => database.pragma(`quick_check(${name})`))
    .find((one) => one !== 'ok');
  const version = database.get<{ version: string }>('SELECT sqlite_version() AS version')?.version;
  if (finding === undefined) {
    return ok(
      `${database.filePath}, SQLite ${version ?? 'unknown'}, format ${String(database.pragma('user_version'))}`,
    );
  }
  return {
    state: 'error',
    detail: `${database.filePath} is damaged: ${String(finding)}. Copy it away and put a copy from «backups» in its place.`,
  };
}

async function checkFolder(folder: string): Promise<Finding> {
  const trial = join(folder, `.trial-${randomUUID()}`);
  await writeFile(trial, 'trial');
  await rm(trial);
  return ok(`${folder} can be written`);
}

async function reportUse(folders: LibraryFolders, database: Database): Promise<Finding> {
  const uses = await dataFolderUse(folders, database.filePath);
  const total = uses.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const parts = uses.map(({ kind, sizeBytes }) => `${kind} ${formatSize(sizeBytes)}`);
  return ok(`${formatSize(total)} in ${folders.dataFolder}: ${parts.join(', ')}`);
}

async function checkSpace(folder: string): Promise<Finding> {
  const freeBytes = await freeBytesAt(folder);
  const detail = `${formatSize(freeBytes)} free at ${folder}`;
  if (freeBytes >= enoughFreeBytes) return ok(detail);
  return {
    state: 'warning',
    detail: `${detail}. A ViT-L model takes 1.7 GB: free some space before importing one.`,
  };
}

async function checkCompute(compute: ComputeClient): Promise<Finding> {
  const info = await compute.call('runtime.info', {});
  return ok(
    `ONNX Runtime ${info.onnxRuntimeVersion} with ${info.executionProviders.join(', ')}, Node.js ${info.nodeVersion}`,
  );
}
