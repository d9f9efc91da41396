import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';
import type { WorkbenchEvent } from '../../../../src-shared/contract/events.ts';
import type { Job } from '../../../../src-shared/domain/job.ts';
import { createForkLauncher } from '../../../../src-main/core/compute-client/fork-launcher.ts';
import type { Core, CoreOptions } from '../../../../src-main/core/core.ts';
import { createCore, type CoreParts } from '../../../../src-main/core/create-core.ts';

export const projectRoot = resolve(import.meta.dirname, '../../../..');
export const migrationsFolder = join(projectRoot, 'src-main/core/db/migrations');
export const assetsFolder = join(projectRoot, 'assets');
export const fakeComputeEntry = join(import.meta.dirname, 'fake-compute-child.ts');

/** A folder that is gone when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'anomaly-workbench-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

export interface TestCore {
  readonly core: Core;
  readonly events: WorkbenchEvent[];
  readonly logs: string[];
  /** What the fake compute process was asked for, one line each. */
  computeLog(): Promise<string[]>;
  /** Resolves with the job when it has ended, or when `until` says so. */
  jobEnd(jobId: number, until?: (job: Job) => boolean): Promise<Job>;
}

export interface TestCoreOptions extends Partial<CoreOptions> {
  readonly computeEnv?: Record<string, string>;
  readonly parts?: CoreParts;
}

/** A core on a data folder of its own with the fake compute process; closed when the test is over. */
export async function openTestCore(options: TestCoreOptions = {}): Promise<TestCore> {
  const dataFolder = options.dataFolder ?? (await temporaryFolder());
  const logFile = join(dataFolder, 'fake-compute.log');
  const logs: string[] = [];
  const core = await createCore(
    {
      assetsFolder,
      migrationsFolder,
      host: 'web',
      version: '0.0.0-test',
      computeLauncher: createForkLauncher({
        entryPath: fakeComputeEntry,
        assetsFolder,
        env: { ...process.env, FAKE_COMPUTE_LOG: logFile, ...options.computeEnv },
      }),
      log: (level, message) => {
        logs.push(`${level} ${message}`);
      },
      ...options,
      dataFolder,
    },
    options.parts,
  );
  onTestFinished(() => core.close());
  const events: WorkbenchEvent[] = [];
  core.subscribe((event) => {
    events.push(event);
  });
  return {
    core,
    events,
    logs,
    computeLog: async () =>
      existsSync(logFile) ? (await readFile(logFile, 'utf8')).split('\n').filter(Boolean) : [],
    jobEnd: (jobId, until = hasEnded) => waitForJob(core, jobId, until),
  };
}

export function hasEnded(job: Job): boolean {
  return job.state !== 'queued' && job.state !== 'running';
}

/** Told by events; the first look catches what happened before listening. */
export async function waitForJob(core: Core, jobId: number, until: (job: Job) => boolean): Promise<Job> {
  const reached = Promise.withResolvers<Job>();
  const unsubscribe = core.subscribe((event) => {
    if (event.event === 'job.changed' && event.job.id === jobId && until(event.job))
      reached.resolve(event.job);
  });
  const deadline = setTimeout(() => {
    reached.reject(new Error(`Job ${jobId} did not get there in time`));
  }, 30_000);
  try {
    const now = await core.call('jobs.get', { jobId });
    return until(now) ? now : await reached.promise;
  } finally {
    clearTimeout(deadline);
    unsubscribe();
  }
}

/** Polls until `probe` gives something. */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  deadlineMs = 20_000,
): Promise<NonNullable<T>> {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    const value = await probe();
    if (value !== null && value !== undefined && value !== false) return value;
    if (performance.now() > endMs) throw new Error('It did not happen in time');
    await new Promise((next) => setTimeout(next, 10));
  }
}

const pictures = new Map<string, Buffer>();

/** A small PNG or JPEG, by the extension. */
export async function picture(extension: string, width = 16, height = 12): Promise<Buffer> {
  const key = `${extension} ${width} ${height}`;
  const known = pictures.get(key);
  if (known !== undefined) return known;
  const image = sharp({ create: { width, height, channels: 3, background: { r: 90, g: 120, b: 60 } } });
  const made = await (extension === 'jpg' ? image.jpeg() : image.png()).toBuffer();
  pictures.set(key, made);
  return made;
}

/** A mask: white above, black below. */
export async function maskPicture(width = 16, height = 12, extension = 'png'): Promise<Buffer> {
  const pixels = Buffer.alloc(width * height);
  pixels.fill(255, 0, Math.ceil(height / 2) * width);
  const image = sharp(pixels, { raw: { width, height, channels: 1 } });
  return await (extension === 'tif' ? image.tiff() : image.png()).toBuffer();
}

/** One of 16 million colours for a name: no two files of a tree have the same content. */
function colourOf(name: string): { r: number; g: number; b: number } {
  const [r = 0, g = 0, b = 0] = createHash('sha256').update(name).digest();
  return { r, g, b };
}

/**
 * Writes a tree of files; `'picture'` stands for a small image of the name's format, of its own colour, and in a folder
 * of masks for a mask.
 */
export async function writeTree(
  root: string,
  files: Readonly<Record<string, 'picture' | string | Uint8Array>>,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content === 'picture' ? await pictureOf(path) : content);
  }
}

async function pictureOf(path: string): Promise<Buffer> {
  if (/(ground_truth|masks?)\//i.test(path)) return await maskPicture();
  const image = sharp({ create: { width: 16, height: 12, channels: 3, background: colourOf(path) } });
  return await (/\.jpe?g$/i.test(path) ? image.jpeg() : image.png()).toBuffer();
}

/** A folder of pictures with these names, imported. */
export async function importPictures({ core, jobEnd }: TestCore, names: readonly string[]) {
  const root = await temporaryFolder();
  await writeTree(root, Object.fromEntries(names.map((name) => [name, 'picture' as const])));
  const { dataset, job } = await core.call('datasets.import', { path: root });
  await jobEnd(job.id);
  return { root, datasetId: dataset.id };
}

export function baselineRun(datasetId: number) {
  return { datasetId, methodId: 'baseline' as const, modelId: null, promptSetId: null, settings: {} };
}
