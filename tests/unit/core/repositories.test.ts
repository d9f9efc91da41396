import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '../../../src-main/core/db/database.ts';
import { openDatabase } from '../../../src-main/core/db/open-database.ts';
import { createRepositories, type Repositories } from '../../../src-main/core/db/repositories.ts';
import { imagesHandlers } from '../../../src-main/core/handlers/images.ts';
import type { Services } from '../../../src-main/core/handlers/handler.ts';
import { createPurge } from '../../../src-main/core/purge.ts';
import { migrationsFolder, temporaryFolder } from './support/harness.ts';

const owner = { owner: 'test', host: 'test', pid: 1 };

async function openFresh(logs: string[] = [], slowQueryMs = 100) {
  const database = openDatabase({
    dataFolder: await temporaryFolder(),
    migrationsFolder,
    log: (level, message) => void logs.push(`${level} ${message}`),
    slowQueryMs,
  });
  onTestFinished(() => {
    database.close();
  });
  return { database, repositories: createRepositories(database) };
}

/** A data set with this many images in four classes and a run in which every tenth failed and every eleventh is to come. */
function fill(database: Database, { datasets, images, jobs, runs, results }: Repositories, count: number) {
  return database.transaction(() => {
    const datasetId = datasets.insert({ name: 'Big', root: '/big', layout: 'mvtec', createdAtMs: 1 });
    const jobId = jobs.insert({ kind: 'scan', title: 'scan', payload: {} }, owner, 1, 1000);
    const runId = runs.insert({
      datasetId,
      methodId: 'baseline',
      modelId: null,
      promptSetId: null,
      settings: {},
      rendering: { sizePx: 256, sigmaPx: 0 },
      jobId,
      createdAtMs: 1,
    });
    for (let i = 0; i < count; i++) {
      const className = `class-${i % 4}`;
      images.upsert(
        datasetId,
        {
          path: `${className}/test/good/${String(i).padStart(6, '0')}.png`,
          className,
          split: 'test',
          defect: 'good',
          label: i % 2 === 0 ? 'good' : 'anomalous',
          widthPx: 10,
          heightPx: 10,
          sizeBytes: 5,
          modifiedAtMs: 1,
          maskPath: null,
          maskSizeBytes: null,
          maskModifiedAtMs: null,
        },
        1,
      );
      const target = { imageId: i + 1, path: '', className };
      if (i % 11 === 0) continue;
      if (i % 10 === 0) results.storeFailure(runId, target, 'is damaged', 1);
      else {
        results.storeScore(runId, target, {
          score: ((i * 7919) % count) / count,
          rows: 37,
          columns: 37,
          patchMap: new Uint8Array(16),
          mapMin: 0,
          mapMax: 1,
          durationMs: 1,
        });
      }
    }
    return { datasetId, runId };
  });
}

describe('a data set of 50,000 images', () => {
  const count = 50_000;
  const logs: string[] = [];
  let database: Database;
  let repositories: Repositories;
  let ids: { datasetId: number; runId: number };
  let list: ReturnType<typeof imagesHandlers>['images.list'];
  const scored = Array.from({ length: count }, (_, i) => i).filter((i) => i % 11 !== 0 && i % 10 !== 0);

  beforeAll(async () => {
    const dataFolder = await mkdtemp(join(tmpdir(), 'anomaly-workbench-test-'));
    database = openDatabase({
      dataFolder,
      migrationsFolder,
      log: (level, message) => void logs.push(`${level} ${message}`),
    });
    repositories = createRepositories(database);
    ids = fill(database, repositories, count);
    list = imagesHandlers({ repositories } as Services)['images.list'];
    return async () => {
      database.close();
      await rm(dataFolder, { recursive: true });
    };
  }, 120_000);

  const page = (change: object) => ({
    ...ids,
    className: null,
    sort: 'score' as const,
    descending: true,
    offset: 0,
    limit: 100,
    ...change,
  });

  it('is sorted and paged by score in either direction, images without a score last', async () => {
    const best = await list(page({}));
    expect(best.total).toBe(count);
    const scores = best.rows.map((row) => row.result?.score ?? -1);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores[0]).toBeGreaterThan(0.999);
    const low = (await list(page({ descending: false }))).rows.map((row) => row.result?.score ?? 2);
    expect(low).toEqual([...low].sort((a, b) => a - b));
    for (const descending of [true, false]) {
      const seam = await list(page({ descending, offset: scored.length - 2, limit: 4 }));
      expect(seam.rows.map((row) => row.result !== null && row.result.score !== null)).toEqual([
        true,
        true,
        false,
        false,
      ]);
      // What has no score comes by path, and nothing is left out or told twice.
      expect(seam.rows[2]!.image.path < seam.rows[3]!.image.path).toBe(true);
    }
  });

  it('gives every image exactly once over all pages', async () => {
    const seen = new Set<number>();
    for (let offset = 0; offset < count; offset += 1000) {
      for (const { image } of (await list(page({ offset, limit: 1000, className: null }))).rows)
        seen.add(image.id);
    }
    expect(seen.size).toBe(count);
  });

  it('is sorted by an index, without a sorting step', () => {
    const plan = (sql: string) =>
      database
        .all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .map((row) => row.detail)
        .join('\n');
    const byScore = plan(
      'SELECT image_id FROM results WHERE run_id = 1 AND score IS NOT NULL ORDER BY score DESC, image_id DESC LIMIT 9',
    );
    expect(byScore).toContain('results_by_score');
    expect(byScore).not.toContain('TEMP B-TREE');
    const byClass = plan(
      `SELECT image_id FROM results WHERE run_id = 1 AND class_name = 'c' AND score IS NOT NULL
       ORDER BY score DESC, image_id DESC LIMIT 9`,
    );
    expect(byClass).toContain('results_by_class_score');
    expect(byClass).not.toContain('TEMP B-TREE');
    expect(plan('SELECT id FROM images WHERE dataset_id = 1 ORDER BY path LIMIT 9')).not.toContain(
      'TEMP B-TREE',
    );
  });

  it('is counted and summed up', () => {
    const card = repositories.datasets.get(ids.datasetId);
    expect(card).toMatchObject({ imageCount: count });
    expect(card?.classes).toHaveLength(4);
    const scores = repositories.results.scores(ids.runId);
    expect(scores.scores).toHaveLength(scored.length);
    expect(scores.classNames.toSorted()).toEqual(['class-0', 'class-1', 'class-2', 'class-3']);
    const run = repositories.runs.get(ids.runId);
    expect(run).toMatchObject({ imageCount: count, scoredCount: scored.length });
    expect(run?.failedCount).toBe(repositories.results.countFailures(ids.runId));
  });
});

describe('the repositories', () => {
  it('log a slow query with its text', async () => {
    const logs: string[] = [];
    const { repositories } = await openFresh(logs, 0);
    repositories.datasets.list();
    expect(logs.some((line) => /^info Slow query, \d+ ms: SELECT id, name, root/.test(line))).toBe(true);
  });

  it('store all of a transaction or nothing', async () => {
    const { database, repositories } = await openFresh();
    expect(() =>
      database.transaction(() => {
        repositories.settings.set('a', 1);
        database.transaction(() => {
          repositories.settings.set('b', 2);
        });
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(repositories.settings.all()).toEqual({});
    database.transaction(() => {
      repositories.settings.set('c', { deep: [1, null, 'x'] });
    });
    expect(repositories.settings.all()).toEqual({ c: { deep: [1, null, 'x'] } });
  });

  it('clear removed data sets and runs away in steps and keep the others', async () => {
    const { database, repositories } = await openFresh();
    const { datasetId, runId } = fill(database, repositories, 1200);
    const kept = repositories.datasets.insert({
      name: 'Kept',
      root: '/kept',
      layout: 'folder',
      createdAtMs: 1,
    });
    repositories.runs.markRemoved(runId, 2);
    expect(repositories.runs.list(null)).toEqual([]);
    repositories.datasets.markRemoved(datasetId, 2);
    const purge = createPurge(repositories, () => undefined);
    purge.start();
    const count = (table: string) => database.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)?.n;
    const deadlineMs = performance.now() + 20_000;
    while (count('datasets') !== 1 && performance.now() < deadlineMs)
      await new Promise((go) => setImmediate(go));
    expect(['images', 'results', 'result_maps', 'runs'].map(count)).toEqual([0, 0, 0, 0]);
    expect(repositories.datasets.list().map((dataset) => dataset.id)).toEqual([kept]);
    await purge.stop();
  });

  it('pass over an image that was removed while it was computed', async () => {
    const { database, repositories } = await openFresh();
    const { runId } = fill(database, repositories, 3);
    const before = repositories.runs.get(runId);
    repositories.results.storeFailure(runId, { imageId: 99, path: 'gone.png', className: 'c' }, 'x', 1);
    expect(repositories.runs.get(runId)).toEqual(before);
  });

  it('do not take wildcards in a folder’s name for wildcards', async () => {
    const { database, repositories } = await openFresh();
    const { datasetId } = fill(database, repositories, 8);
    expect(repositories.images.removeUnseen(datasetId, 2, ['class-0', 'class_1', '%'], 100)).toBe(6);
    expect(repositories.images.classNames(datasetId)).toEqual(['class-0']);
  });
});
