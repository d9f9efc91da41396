// Times `images.columns`, and pages of `images.list`, on a made-up data set with one run and verdicts on a fifth of its images; prints one JSON document.
// Usage: node tests/bench/image-columns.ts [--count 50000]
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createForkLauncher } from '../../src-main/core/compute-client/fork-launcher.ts';
import { createCore } from '../../src-main/core/create-core.ts';
import { openDatabase } from '../../src-main/core/db/open-database.ts';

const { values } = parseArgs({ options: { count: { type: 'string', default: '50000' } } });
const count = Number(values.count);
const rounds = 20;
const project = resolve(import.meta.dirname, '../..');
const migrationsFolder = join(project, 'src-main/core/db/migrations');
const log = () => undefined;

function fill(dataFolder: string): void {
  const database = openDatabase({ dataFolder, migrationsFolder, log });
  database.transaction(() => {
    database.execute(`
      INSERT INTO datasets (id, name, root, layout, state, created_at_ms) VALUES (1, 'Made up', '/made-up', 'mvtec', 'ready', 1);
      INSERT INTO jobs (id, kind, title, payload, state, created_at_ms, queued_at_ms) VALUES (1, 'scan', 'x', '{}', 'succeeded', 1, 1);
      INSERT INTO runs (id, dataset_id, method_id, settings, rendering, job_id, created_at_ms)
      VALUES (1, 1, 'baseline', '{}', '{"sizePx":256,"sigmaPx":4}', 1, 1);`);
    for (let i = 1; i <= count; i++) {
      const className = `class-${i % 10}`;
      const path = `${className}/test/${i % 20 === 0 ? 'crack' : 'good'}/part-${String(i).padStart(6, '0')}.png`;
      database.run(
        `INSERT INTO images (id, dataset_id, path, class_name, label, width_px, height_px, size_bytes, modified_at_ms, seen_by_import)
         VALUES (?, 1, ?, ?, ?, 900, 900, 1000000, 1, 1)`,
        [i, path, className, i % 20 === 0 ? 'anomalous' : 'good'],
      );
      database.run(
        `INSERT INTO results (run_id, image_id, class_name, score, map_rows, map_columns, duration_ms) VALUES (1, ?, ?, ?, 37, 37, 9)`,
        [i, className, Math.abs(Math.sin(i))],
      );
      // Every fifth image has two rows: the second supersedes the first.
      for (let row = 0; i % 5 === 0 && row < 2; row++)
        database.run(
          `INSERT INTO verdicts (dataset_id, image_path, value, note, author, created_at_ms) VALUES (1, ?, ?, ?, 'bench', 1)`,
          [path, row === 0 ? 'unsure' : 'defect', row === 0 ? '' : 'seen twice'],
        );
    }
  });
  database.close();
}

const dataFolder = await mkdtemp(join(tmpdir(), 'anomaly-workbench-columns-'));
try {
  fill(dataFolder);
  const core = await createCore({
    dataFolder,
    assetsFolder: join(project, 'assets'),
    migrationsFolder,
    host: 'cli',
    version: 'bench',
    computeLauncher: createForkLauncher({ entryPath: 'never-started', assetsFolder: '' }),
    log,
  });
  const timings: number[] = [];
  let jsonMs = 0;
  let jsonBytes = 0;
  for (let round = 0; round < rounds; round++) {
    const startMs = performance.now();
    const columns = await core.call('images.columns', { datasetId: 1, runId: 1 });
    timings.push(performance.now() - startMs);
    const beforeJsonMs = performance.now();
    jsonBytes = Buffer.byteLength(JSON.stringify(columns));
    jsonMs = performance.now() - beforeJsonMs;
    if (columns.imageIds.length !== count) throw new Error(`${columns.imageIds.length} images came`);
  }
  const slowestPageMs: Record<string, number> = {};
  for (const sort of ['score', 'path'] as const) {
    for (const offset of [0, 0.1, 0.25, 0.6, 1].map((share) =>
      Math.max(0, Math.floor(share * count) - 100),
    )) {
      const startMs = performance.now();
      await core.call('images.list', {
        datasetId: 1,
        runId: 1,
        className: null,
        sort,
        descending: true,
        offset,
        limit: 100,
      });
      slowestPageMs[sort] = Math.max(slowestPageMs[sort] ?? 0, performance.now() - startMs);
    }
  }
  await core.close();
  const sorted = timings.toSorted((a, b) => a - b);
  const round = (ms: number | undefined) => Number((ms ?? Number.NaN).toFixed(1));
  const document = {
    count,
    firstMs: round(timings[0]),
    medianMs: round(sorted[rounds >> 1]),
    worstMs: round(sorted.at(-1)),
    jsonMs: round(jsonMs),
    jsonBytes,
    slowestPageMs,
    cores: availableParallelism(),
    load: loadavg()[0],
  };
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
} finally {
  await rm(dataFolder, { recursive: true, force: true });
}
