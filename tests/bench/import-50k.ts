// Imports a made-up set of many small images and prints one JSON document: seconds, memory, database size, pauses.
// Usage: node tests/bench/import-50k.ts [--count 50000] [--keep FOLDER]
import { mkdir, mkdtemp, open, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { crc32, deflateSync } from 'node:zlib';
import { createForkLauncher } from '../../src-main/core/compute-client/fork-launcher.ts';
import type { Core } from '../../src-main/core/core.ts';
import { createCore } from '../../src-main/core/create-core.ts';
import { probeImage } from '../../src-main/images/probe-image.ts';

const { values } = parseArgs({ options: { count: { type: 'string', default: '50000' } } });
const count = Number(values.count);
const project = resolve(import.meta.dirname, '../..');
const classes = 10;
/** One image in so many is anomalous and has a mask. */
const anomalousEvery = 10;
const sidePx = 32;

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** A grey PNG whose pixels `level` gives. */
function makePng(level: (at: number) => number): Buffer {
  const rows = Buffer.alloc(sidePx * (sidePx + 1));
  for (let y = 0; y < sidePx; y++) {
    for (let x = 0; x < sidePx; x++) rows[y * (sidePx + 1) + 1 + x] = level(y * sidePx + x);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(sidePx, 0);
  header.writeUInt32BE(sidePx, 4);
  header.set([8, 0, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Noise of an image's own: no two files agree, and many have the same length. */
function makeImage(number: number): Buffer {
  let state = number + 1;
  return makePng(() => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

/** MVTec's layout; resolves with the files of images. */
async function makeSet(root: string): Promise<string[]> {
  const mask = makePng((at) => (at < 100 ? 255 : 0));
  const files: string[] = [];
  for (let c = 0; c < classes; c++) {
    for (const folder of ['test/good', 'test/cut', 'ground_truth/cut']) {
      await mkdir(join(root, `class-${c}`, folder), { recursive: true });
    }
  }
  let pending: Promise<void>[] = [];
  for (let i = 0; i < count; i++) {
    const folder = join(root, `class-${i % classes}`);
    const name = String(i).padStart(6, '0');
    const isAnomalous = Math.floor(i / classes) % anomalousEvery === 0;
    const file = join(folder, 'test', isAnomalous ? 'cut' : 'good', `${name}.png`);
    files.push(file);
    pending.push(writeFile(file, makeImage(i)));
    if (isAnomalous) pending.push(writeFile(join(folder, 'ground_truth/cut', `${name}_mask.png`), mask));
    if (pending.length >= 64) {
      await Promise.all(pending);
      pending = [];
    }
  }
  await Promise.all(pending);
  return files;
}

/** What the file system and the decoder take for the same files, with as many at once as the import has. */
async function timeEach(files: readonly string[], read: (file: string) => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  const queue = files.values();
  const worker = async () => {
    for (const file of queue) await read(file);
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  return seconds(performance.now() - startMs);
}

async function readHead(file: string): Promise<void> {
  const handle = await open(file, 'r');
  await handle.read(Buffer.alloc(1400), 0, 1400, 0);
  await handle.close();
}

function seconds(ms: number): number {
  return Math.round(ms) / 1000;
}

async function measured<T>(work: () => Promise<T>) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let peakBytes = process.memoryUsage().rss;
  const sampling = setInterval(() => {
    peakBytes = Math.max(peakBytes, process.memoryUsage().rss);
  }, 25);
  delay.enable();
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  const value = await work();
  const used = process.cpuUsage(cpu);
  const elapsedMs = performance.now() - startMs;
  delay.disable();
  clearInterval(sampling);
  return {
    value,
    figures: {
      seconds: seconds(elapsedMs),
      cpuSeconds: seconds((used.user + used.system) / 1000),
      peakRssMiB: Math.round(peakBytes / 2 ** 20),
      longestPauseMs: Math.round(delay.max / 1e6),
      pause99Ms: Math.round(delay.percentile(99) / 1e5) / 10,
    },
  };
}

async function importOnce(core: Core, path: string) {
  const { dataset, job } = await core.call('datasets.import', { path });
  await new Promise<void>((done, fail) => {
    const see = (state: string, message: string) => {
      if (state === 'succeeded') done();
      else if (state !== 'running' && state !== 'queued') fail(new Error(`${state}: ${message}`));
    };
    core.subscribe((event) => {
      if (event.event === 'job.changed' && event.job.id === job.id)
        see(event.job.state, event.job.error?.message ?? '');
    });
    core.call('jobs.get', { jobId: job.id }).then((seen) => {
      see(seen.state, '');
    }, fail);
  });
  return await core.call('datasets.get', { datasetId: dataset.id });
}

const work = await mkdtemp(join(tmpdir(), 'anomaly-workbench-import-'));
try {
  const root = join(work, 'set');
  const dataFolder = join(work, 'data');
  const files = await makeSet(root);
  const core = await createCore({
    dataFolder,
    assetsFolder: join(project, 'assets'),
    migrationsFolder: join(project, 'src-main/core/db/migrations'),
    host: 'cli',
    version: 'bench',
    computeLauncher: createForkLauncher({ entryPath: 'never-started', assetsFolder: '' }),
    log: () => undefined,
  });
  const rssBefore = process.memoryUsage().rss;
  const preview = await measured(() => core.call('datasets.inspect', { path: root }));
  const first = await measured(() => importOnce(core, root));
  const again = await measured(() => importOnce(core, root));
  await core.close();
  const { size } = await stat(join(dataFolder, 'workbench.sqlite'));
  const headers = await timeEach(files, readHead);
  const probes = await timeEach(files, probeImage);
  console.log(
    JSON.stringify(
      {
        images: first.value.imageCount,
        masks: first.value.classes.reduce((sum, one) => sum + one.masks, 0),
        problems: first.value.problemCount,
        rssBeforeMiB: Math.round(rssBefore / 2 ** 20),
        preview: preview.figures,
        import: first.figures,
        importAgain: again.figures,
        databaseMiB: Math.round((size / 2 ** 20) * 10) / 10,
        bytesPerImage: Math.round(size / first.value.imageCount),
        physicalLimit: { readingHeadersSeconds: headers, probingHeadersSeconds: probes },
        cores: availableParallelism(),
        load: loadavg()[0],
      },
      null,
      2,
    ),
  );
} finally {
  await rm(work, { recursive: true, force: true });
}
