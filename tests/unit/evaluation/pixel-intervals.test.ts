import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createEvaluator } from '../../../src-main/core/evaluation/evaluator.ts';
import { createPixelIntervals } from '../../../src-main/core/evaluation/pixel-intervals.ts';
import { createEventBus } from '../../../src-main/core/event-bus.ts';
import { openDatabase } from '../../../src-main/core/db/open-database.ts';
import { createRepositories } from '../../../src-main/core/db/repositories.ts';
import type { PixelIntervals } from '../../../src-shared/domain/pixel-intervals.ts';
import { pixelSampleMetrics } from '../../../src-shared/metrics/pixel-histograms.ts';
import {
  baselineRun,
  migrationsFolder,
  openTestCore,
  temporaryFolder,
  writeTree,
} from '../core/support/harness.ts';

/** The upper right, which the method of these tests finds by the number in an image's name, as far as a column. */
async function maskOf(end: number): Promise<Buffer> {
  const data = Uint8Array.from({ length: 16 * 12 }, (_, i) =>
    i % 16 >= 8 && i % 16 < end && i < 6 * 16 ? 255 : 0,
  );
  return await sharp(data, { raw: { width: 16, height: 12, channels: 1 } })
    .png()
    .toBuffer();
}

const picture = 'picture' as const;

/** One with a single good image, and one without masks. */
async function otherClasses() {
  return {
    'pin/test/good/10.png': picture,
    'pin/test/crack/40.png': picture,
    'pin/test/crack/70.png': picture,
    'pin/ground_truth/crack/40_mask.png': await maskOf(13),
    'pin/ground_truth/crack/70_mask.png': await maskOf(11),
    'rod/test/good/10.png': picture,
    'rod/test/crack/40.png': picture,
  };
}

/** Finished runs over a class with masks. */
async function scannedSet({ sigmas = [0, 6], hasOtherClasses = false } = {}) {
  const dataFolder = await temporaryFolder();
  const opened = await openTestCore({ dataFolder });
  const root = await temporaryFolder();
  await writeTree(root, {
    'nut/test/good/10.png': picture,
    'nut/test/good/35.png': picture,
    'nut/test/good/60.png': picture,
    'nut/test/crack/20.png': picture,
    'nut/test/crack/50.png': picture,
    'nut/test/crack/90.png': picture,
    'nut/ground_truth/crack/20_mask.png': await maskOf(10),
    'nut/ground_truth/crack/50_mask.png': await maskOf(12),
    'nut/ground_truth/crack/90_mask.png': await maskOf(14),
    ...(hasOtherClasses ? await otherClasses() : {}),
  });
  const { core, jobEnd } = opened;
  const { dataset, job } = await core.call('datasets.import', { path: root, layout: 'mvtec' });
  await jobEnd(job.id);
  const runIds: number[] = [];
  for (const sigmaPx of sigmas) {
    const created = await core.call('runs.create', { ...baselineRun(dataset.id), settings: { sigmaPx } });
    await jobEnd(created.job.id);
    runIds.push(created.run.id);
  }
  const database = openDatabase({ dataFolder, migrationsFolder, log: () => undefined });
  return { ...opened, root, dataFolder, database, runIds, datasetId: dataset.id };
}

function groupOf({ groups }: PixelIntervals, className: string | null) {
  const group = groups.find((each) => each.className === className);
  if (group === undefined) throw new Error(`There is no group ${className}.`);
  return group;
}

describe('intervals of pixel metrics', () => {
  test('are of the very figures that were evaluated, with reasons where there is none, and paired', async () => {
    const { core, database, runIds } = await scannedSet({ hasOtherClasses: true });
    const [first, second] = runIds as [number, number];
    const found = await core.call('runs.pixelIntervals', { runIds: [first, second, first] });
    expect(found.runIds).toEqual([first, second, first]);
    expect(found.groups.map(({ className }) => className)).toEqual([null, 'nut', 'pin', 'rod']);
    for (const [column, runId] of [first, second].entries()) {
      const evaluation = await core.call('runs.evaluate', { runId });
      for (const [m, metric] of pixelSampleMetrics.entries()) {
        const { estimate, interval, reason, discretisation } = groupOf(found, 'nut').figures[column]![m]!;
        const nut = evaluation.classes.find(({ className }) => className === 'nut');
        expect(estimate, metric).toBe(nut?.pixel[metric]);
        expect(reason, metric).toBeNull();
        expect(interval!.upper, metric).toBeGreaterThan(interval!.lower);
        const off = (discretisation?.error ?? 0) + (discretisation?.bound ?? 0.05) + 1e-6;
        expect(interval!.lower, metric).toBeLessThanOrEqual(estimate! + off);
        expect(interval!.upper, metric).toBeGreaterThanOrEqual(estimate! - off);
        expect(discretisation?.error ?? 0, metric).toBeLessThan(0.01);
        expect(groupOf(found, 'pin').figures[column]![m]!.reason).toBe('too-few');
        expect(groupOf(found, 'rod').figures[column]![m]!.reason).toBe('no-figure');
        expect(groupOf(found, null).figures[column]![m]!.estimate, metric).toBeCloseTo(
          evaluation.mean.pixel[metric] ?? -1,
          12,
        );
      }
    }
    const { differences, figures } = groupOf(found, 'nut');
    expect(figures[2]).toEqual(figures[0]);
    expect(differences[0]![2]![0]).toMatchObject({ estimate: 0, reason: 'no-spread', aboveShare: 0.5 });
    expect(differences[0]![1]![0]!.estimate).toBeCloseTo(
      figures[0]![0]!.estimate! - figures[1]![0]!.estimate!,
      12,
    );
    database.close();
  });

  const boundOf = (found: PixelIntervals) => groupOf(found, 'nut').figures[0]![0]!.discretisation?.bound;
  /** Marks what is kept, so that reading it can be told from drawing anew. */
  const mark = (database: ReturnType<typeof openDatabase>) => {
    database.run(
      `UPDATE run_evaluations SET evaluation = json_set(evaluation, '$.pixelResamples.classes.nut.bounds[0]', 0.125)`,
    );
  };

  test('are drawn once and kept beside the figures, also for another run over the same images', async () => {
    const { core, database, runIds } = await scannedSet();
    const [runId] = runIds as [number];
    const drawn = await core.call('runs.pixelIntervals', { runIds: [runId] });
    expect(boundOf(drawn)).not.toBe(0.125);
    expect(await core.call('runs.evaluate', { runId })).not.toHaveProperty('pixelResamples');
    mark(database);
    const again = await core.call('runs.pixelIntervals', { runIds });
    expect(boundOf(again)).toBe(0.125);
    const intervalsOf = ({ groups }: PixelIntervals) =>
      groups[0]?.figures[0]?.map(({ estimate, interval }) => ({ estimate, interval }));
    expect(intervalsOf(again)).toEqual(intervalsOf(drawn));
    database.close();
  });

  test('are drawn anew when something they depend on changes, and where another program kept them', async () => {
    const { core, database, runIds, root } = await scannedSet({ sigmas: [0] });
    const drawn = await core.call('runs.pixelIntervals', { runIds });
    mark(database);
    await writeTree(root, { 'nut/ground_truth/crack/20_mask.png': await maskOf(16) });
    const changed = await core.call('runs.pixelIntervals', { runIds });
    expect(boundOf(changed)).not.toBe(0.125);
    expect(groupOf(changed, 'nut').figures[0]![0]!.estimate).not.toBe(
      groupOf(drawn, 'nut').figures[0]![0]!.estimate,
    );
    mark(database);
    database.run(
      `UPDATE run_evaluations SET evaluation = json_set(evaluation, '$.pixelResamples.version', 99)`,
    );
    expect(await core.call('runs.pixelIntervals', { runIds })).toEqual(changed);
    database.close();
  });

  test('can be stopped, and asked for again', async () => {
    const { core, database, runIds } = await scannedSet({ sigmas: [0] });
    const stopped = core.call('runs.pixelIntervals', { runIds });
    const refused = expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(await core.call('runs.stopPixelIntervals', { runIds })).toEqual({ ok: true });
    const again = core.call('runs.pixelIntervals', { runIds });
    await refused;
    expect(groupOf(await again, 'nut').figures[0]![0]!.interval).not.toBeNull();
    database.close();
  });

  test('come out the same in this thread where none can be started', async () => {
    const { core, database, runIds, datasetId } = await scannedSet({ sigmas: [0] });
    const repositories = createRepositories(database);
    const closing = new AbortController();
    const warnings: string[] = [];
    const log = (_level: string, message: string) => void warnings.push(message);
    const shared = { repositories, closing: closing.signal, log };
    const evaluator = createEvaluator({ ...shared, events: createEventBus(log) });
    const work = createPixelIntervals({ ...shared, evaluator, workerFile: '/nowhere/pixel-worker.js' });
    const here = await work.intervals(repositories.runs.list(datasetId));
    expect(warnings.some((message) => message.includes('Resamples are drawn without it'))).toBe(true);
    database.run(`UPDATE run_evaluations SET evaluation = json_remove(evaluation, '$.pixelResamples')`);
    expect(await core.call('runs.pixelIntervals', { runIds: here.runIds })).toEqual(here);
    expect(here.runIds.toSorted()).toEqual(runIds.toSorted());
    await work.settled();
    database.close();
  });

  test('are of runs over one data set', async () => {
    const one = await scannedSet({ sigmas: [0] });
    const [runId] = one.runIds as [number];
    const other = await one.core.call('datasets.import', { path: `${one.root}/nut`, layout: 'mvtec' });
    await one.jobEnd(other.job.id);
    const created = await one.core.call('runs.create', baselineRun(other.dataset.id));
    await one.jobEnd(created.job.id);
    await expect(
      one.core.call('runs.pixelIntervals', { runIds: [runId, created.run.id] }),
    ).rejects.toMatchObject({ code: 'bad-request' });
    one.database.close();
  });
});
