// How long intervals of pixel metrics take: `node tests/bench/pixel-intervals.ts`: 1,000 resamples of five runs over 300
// images in three classes at 518×518, with masks, from stored maps to intervals, all made up. Says how far off the
// histograms are from the exact figures too.
import { loadavg } from 'node:os';
import { runResampleTasks, withPixelThread } from '../../src-main/core/evaluation/resample-threads.ts';
import { openPixelWorkers } from '../../src-main/core/evaluation/pixel-workers.ts';
import type { MeasuredImage } from '../../src-main/core/evaluation/pixel-worker-protocol.ts';
import { encodeFloat16 } from '../../src-shared/maps/float16.ts';
import { packPatchMap } from '../../src-shared/maps/patch-map-codec.ts';
import { encodeRuns } from '../../src-shared/mask/run-length.ts';
import type { Statistic } from '../../src-shared/metrics/bootstrap-statistics.ts';
import { noPixelMetrics, type PixelMetrics } from '../../src-shared/metrics/pixel-metrics.ts';
import { pixelSampleMetrics } from '../../src-shared/metrics/pixel-histograms.ts';
import { intervalOptions } from '../../src-shared/metrics/resample-images.ts';
import { seededRandom } from '../../src-shared/metrics/seeded-random.ts';

const sizePx = 518;
const patches = 37;
const [runs, perClass, good] = [5, 100, 30];
const classNames = ['felt', 'nut', 'tile'];
const rendering = { sizePx, sigmaPx: 4 };
const signal = new AbortController().signal;
const log = (_level: string, message: string) => {
  console.warn(message);
};

/** Smooth ground, and in anomalous images one to three round defects that a run finds more or less. */
function madeUpImage(name: string, run: number, isAnomalous: boolean): MeasuredImage {
  const shape = seededRandom(7, name);
  const own = seededRandom(run + 1, name);
  const discs = Array.from({ length: isAnomalous ? 1 + Math.floor(shape() * 3) : 0 }, () => ({
    x: 4 + shape() * 29,
    y: 4 + shape() * 29,
    radius: 1 + shape() * 4,
    found: shape() * 0.5,
  }));
  const level = shape() * 0.2;
  const map = Array.from({ length: patches * patches }, (_, i) => {
    const [x, y] = [i % patches, Math.floor(i / patches)];
    const defect = discs.reduce(
      (sum, disc) =>
        sum + disc.found * Math.exp(-((x - disc.x) ** 2 + (y - disc.y) ** 2) / disc.radius ** 2 / 2),
      0,
    );
    return level + own() * 0.25 + defect * (1 - run * 0.1);
  });
  const patchPx = sizePx / patches;
  const mask = Uint8Array.from({ length: sizePx * sizePx }, (_, i) => {
    const [x, y] = [(i % sizePx) / patchPx, Math.floor(i / sizePx) / patchPx];
    return discs.some((disc) => (x - disc.x) ** 2 + (y - disc.y) ** 2 < disc.radius ** 2) ? 1 : 0;
  });
  return {
    id: 0,
    path: name,
    maskPath: isAnomalous ? 'drawn' : null,
    patchMap: packPatchMap(patches, patches, encodeFloat16(map)),
    drawnMask: isAnomalous ? encodeRuns(mask, sizePx, sizePx) : null,
  };
}

async function* read(images: readonly MeasuredImage[]) {
  for (const image of images) yield await Promise.resolve(image);
}

const columns = Array.from({ length: runs }, (_, run) =>
  classNames.map((className) =>
    Array.from({ length: perClass }, (__, k) => madeUpImage(`${className} ${k}`, run, k >= good)),
  ),
);
const workers = openPixelWorkers({ signal, imageCount: perClass * classNames.length * runs });
const exact: PixelMetrics[][] = [];
const evaluatedAtMs = performance.now();
for (const column of columns) {
  const figures: PixelMetrics[] = [];
  for (const images of column) {
    const measured = { rendering, root: '/', imageCount: images.length, onProgress: () => undefined };
    const { metrics, problem } = await workers.measure({ ...measured, images: read(images) });
    if (problem !== null) throw new Error(problem.message);
    figures.push(metrics ?? noPixelMetrics);
  }
  exact.push(figures);
}
await workers.close();
const evaluatedMs = performance.now() - evaluatedAtMs;

const labels = Uint8Array.from({ length: perClass }, (_, k) => (k >= good ? 1 : 0));
const statistics: (readonly Statistic[])[][] = columns.map(() => []);
const [startedAtMs, cpuBefore] = [performance.now(), process.cpuUsage()];
let longestPauseMs = 0;
let lastMs = startedAtMs;
const pulse = setInterval(() => {
  longestPauseMs = Math.max(longestPauseMs, performance.now() - lastMs);
  lastMs = performance.now();
}, 5);
await runResampleTasks(
  columns.flatMap((column, run) =>
    column.map((images, c) => ({
      className: classNames[c] ?? '',
      rendering,
      root: '/',
      imageCount: images.length,
      images: () => read(images),
      labels,
      places: Uint32Array.from(images.keys()),
      exact: exact[run]?.[c] ?? noPixelMetrics,
      options: intervalOptions,
      done: (found: readonly Statistic[] | null) => {
        const own = statistics[run];
        if (found === null || own === undefined) throw new Error('An image does not do.');
        own[c] = found;
      },
    })),
  ),
  { signal, log },
);
const drawnMs = performance.now() - startedAtMs;
const groups = await withPixelThread({ signal, log }, (thread) =>
  thread.ask({
    kind: 'describe',
    classes: classNames.map((className, c) => ({
      className,
      statistics: statistics.map((own) => own[c] ?? []),
    })),
    options: intervalOptions,
  }),
);
clearInterval(pulse);
const cpu = process.cpuUsage(cpuBefore);
const peakMiB = process.resourceUsage().maxRSS / 1024;
console.info(
  `${runs} runs over ${perClass * classNames.length} images: exact figures ${(evaluatedMs / 1000).toFixed(1)} s; resamples ${(drawnMs / 1000).toFixed(1)} s, with intervals ${((performance.now() - startedAtMs) / 1000).toFixed(1)} s, processor ${((cpu.user + cpu.system) / 1e6).toFixed(1)} s; longest pause of this thread ${longestPauseMs.toFixed(0)} ms; peak memory ${peakMiB.toFixed(0)} MiB; load ${loadavg()
    .map((each) => each.toFixed(1))
    .join(' ')}`,
);
for (const group of groups)
  for (const [m, metric] of pixelSampleMetrics.entries()) {
    const shown = group.figures.map((figures) => figures[m]).filter((each) => each !== undefined);
    const percent = (share: number | null | undefined) => ((share ?? NaN) * 100).toFixed(3);
    console.info(
      `${group.className ?? 'mean'} ${metric}: ${shown.map(({ estimate, interval, discretisation }) => `${percent(estimate)} (${percent(interval?.lower)} to ${percent(interval?.upper)}; off ${percent(discretisation?.error)}, at most ${percent(discretisation?.bound)})`).join(', ')}`,
    );
  }
