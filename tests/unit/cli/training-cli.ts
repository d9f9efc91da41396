import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { runCli } from '../../../src-main/cli/main.ts';
import { createForkLauncher } from '../../../src-main/core/compute-client/fork-launcher.ts';
import type { Core, Log } from '../../../src-main/core/core.ts';
import { createCore } from '../../../src-main/core/create-core.ts';
import { findProjectPaths } from '../../../src-main/serving/project-paths.ts';
import { fakeComputeEntry, writeTree } from '../core/support/harness.ts';
import { recordingIo, type RecordingIo } from './recording-io.ts';

// The command line on the real core; the compute process is the stand-in that learns a few numbers.

const paths = findProjectPaths(path.resolve(import.meta.dirname, '../../../src-main/cli'));
type Env = Readonly<Record<string, string>>;

/** The folder of a test. */
export let folder: string;
/** In it: an MVTec-like set of two classes, two good and two anomalous images with masks each. */
export let set: string;

export const quick = ['--epochs', '2', '--batch', '2', '--image-size', '56'];

function openCore(dataFolder: string, log: Log, env: Env = {}) {
  return createCore({
    ...paths,
    dataFolder,
    host: 'cli',
    version: '0.0.0-test',
    computeLauncher: createForkLauncher({
      entryPath: fakeComputeEntry,
      assetsFolder: paths.assetsFolder,
      env: { ...process.env, ...env },
    }),
    log,
    starterModelFolder: path.join(folder, 'none'),
  });
}

export async function cli(args: readonly string[], env: Env = {}, io: RecordingIo = recordingIo()) {
  const code = await runCli([...args, '--data', path.join(folder, 'data')], {
    io,
    paths,
    openCore: (dataFolder, log) => openCore(dataFolder, log, env),
  });
  return { code, out: io.out, err: io.err, json: () => JSON.parse(io.out) as Record<string, unknown> };
}

/** What the window would be told. */
export async function inCore<T>(ask: (core: Core) => Promise<T>): Promise<T> {
  const core = await openCore(path.join(folder, 'data'), () => undefined);
  try {
    return await ask(core);
  } finally {
    await core.close();
  }
}

/** A folder with the set and a model before each test of a file, and nothing of it after. */
export function useTrainingCli(): void {
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'training-cli-'));
    set = path.join(folder, 'parts');
    const names = ['plate', 'ring'].flatMap((part) => [
      ...['good/01', 'good/02', 'cut/51', 'cut/52'].map((name) => `${part}/test/${name}.png`),
      ...['cut/51', 'cut/52'].map((name) => `${part}/ground_truth/${name}_mask.png`),
    ]);
    await writeTree(set, Object.fromEntries(names.map((name) => [name, 'picture' as const])));
    await cli(['models', 'import', '/models/vit-l.safetensors', '--name', 'vit-l']);
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });
}
