import type { TrainingCheckpoint, TrainingLoss } from '../../src-shared/domain/training.ts';
import { say } from '../texts/say.ts';
import { metricNames, type MetricKey } from './compare-metrics.ts';

/** A place on a curve. Where several steps share a pixel `y` is their mean, `low` and `high` their least and greatest. */
export interface BandPoint {
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

/** One curve with its name. */
export interface TrainingCurve {
  readonly key: string;
  readonly name: string;
  readonly points: readonly BandPoint[];
  readonly last: number | null;
}

const total = 'total';

/** Parts of the loss as the methods call them, without the map that they are of; one that is not here is shown as it is called. */
const partNames: ReadonlyMap<string, string> = new Map([
  [total, say('Total')],
  ['image', say('Images')],
  ['image_score', say('Image scores')],
  ['focal', say('Focal')],
  ['dice_abnormal', say('Dice, anomalous')],
  ['dice_normal', say('Dice, normal')],
  ['prior', say('Prior')],
  ['orthogonal', say('Orthogonality')],
]);

/** `focal_12` is the focal loss of the map of layer 12, FAPrompt's `focal_before` of the map before it adapts to the image. */
function readPart(part: string): { readonly stem: string; readonly map: string | null } {
  const match = /^(.+)_(\d+|before|after)$/.exec(part);
  return { stem: match?.[1] ?? part, map: match?.[2] ?? null };
}

interface LossPart {
  readonly key: string;
  readonly name: string;
  /** What is added up for it. */
  readonly parts: readonly string[];
}

/** The total first, then the parts in the order in which the method names them: those of each map alone, or added up. */
export function lossParts(losses: readonly TrainingLoss[], eachMap: boolean): readonly LossPart[] {
  if (losses.length === 0) return [];
  const found = new Map<string, LossPart>([[total, { key: total, name: nameOf(total, null), parts: [] }]]);
  // Every step of a training has the same parts; the first and the last tell them.
  const names = [losses[0], losses.at(-1)].flatMap((loss) => Object.keys(loss?.parts ?? {}));
  for (const part of new Set(names)) {
    const { stem, map } = readPart(part);
    const key = eachMap ? part : stem;
    const name = nameOf(stem, eachMap ? map : null);
    found.set(key, { key, name, parts: [...(found.get(key)?.parts ?? []), part] });
  }
  return [...found.values()];
}

function nameOf(stem: string, map: string | null): string {
  const name = partNames.get(stem) ?? stem;
  switch (map) {
    case null:
      return name;
    case 'before':
      return say('{name}, before adapting', { name });
    case 'after':
      return say('{name}, after adapting', { name });
    default:
      return say('{name}, layer {layer}', { name, layer: map });
  }
}

/** Whether any part is told for more than one map. */
export function hasManyMaps(losses: readonly TrainingLoss[]): boolean {
  return lossParts(losses, true).length > lossParts(losses, false).length;
}

/** `wanted` buckets at most, so that 10,000 steps draw like 300 and no outlier is lost: each keeps its extremes. */
export function bandPoints(
  losses: readonly TrainingLoss[],
  valueOf: (loss: TrainingLoss) => number,
  wanted: number,
): readonly BandPoint[] {
  const first = losses[0]?.step ?? 0;
  const width = Math.max(1, ((losses.at(-1)?.step ?? 0) - first + 1) / wanted);
  const points: BandPoint[] = [];
  let bucket = -1;
  let values: number[] = [];
  let steps: number[] = [];
  const close = () => {
    if (values.length === 0) return;
    points.push({
      x: mean(steps),
      y: mean(values),
      low: Math.min(...values),
      high: Math.max(...values),
    });
  };
  for (const loss of losses) {
    const value = valueOf(loss);
    if (!Number.isFinite(value)) continue;
    const here = Math.floor((loss.step - first) / width);
    if (here !== bucket) {
      close();
      [bucket, values, steps] = [here, [], []];
    }
    values.push(value);
    steps.push(loss.step);
  }
  close();
  return points;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The loss and its parts over the steps. */
export function lossCurves(
  losses: readonly TrainingLoss[],
  wanted: number,
  eachMap: boolean,
): readonly TrainingCurve[] {
  return lossParts(losses, eachMap).map(({ key, name, parts }) => {
    const valueOf = (loss: TrainingLoss) =>
      key === total ? loss.total : parts.reduce((sum, part) => sum + (loss.parts[part] ?? 0), 0);
    const newest = losses.at(-1);
    return {
      key,
      name,
      points: bandPoints(losses, valueOf, wanted),
      last: newest === undefined ? null : valueOf(newest),
    };
  });
}

/** Metrics of a checkpoint that are shown, strongest statements first. */
export const trainingMetrics = [
  'image.auroc',
  'image.ap',
  'image.f1Max',
  'pixel.auroc',
  'pixel.aupro',
  'pixel.auproPaper',
  'pixel.ap',
  'pixel.f1Max',
] as const satisfies readonly MetricKey[];
export type TrainingMetric = (typeof trainingMetrics)[number];

/** Mean over the classes; null where it is not known. */
export function metricOf({ validation }: TrainingCheckpoint, metric: TrainingMetric): number | null {
  if (validation === null) return null;
  const { image, pixel } = validation.mean;
  switch (metric) {
    case 'image.auroc':
      return image.auroc;
    case 'image.ap':
      return image.ap;
    case 'image.f1Max':
      return image.f1Max;
    case 'pixel.auroc':
      return pixel.auroc;
    case 'pixel.aupro':
      return pixel.aupro;
    case 'pixel.auproPaper':
      return pixel.auproPaper;
    case 'pixel.ap':
      return pixel.ap;
    case 'pixel.f1Max':
      return pixel.f1Max;
  }
}

/** The metrics that any checkpoint has. */
export function metricsMeasured(checkpoints: readonly TrainingCheckpoint[]): readonly TrainingMetric[] {
  return trainingMetrics.filter((metric) => checkpoints.some((each) => metricOf(each, metric) !== null));
}

/** Validation metrics over the epochs. */
export function metricCurves(checkpoints: readonly TrainingCheckpoint[]): readonly TrainingCurve[] {
  return metricsMeasured(checkpoints).map((metric) => {
    const points = checkpoints.flatMap((checkpoint) => {
      const y = metricOf(checkpoint, metric);
      return y === null ? [] : [{ x: checkpoint.epoch, y, low: y, high: y }];
    });
    return { key: metric, name: metricNames[metric], points, last: points.at(-1)?.y ?? null };
  });
}

/** The epoch with the greatest value of a metric, the earliest of equals; null where none has one. */
export function bestEpoch(checkpoints: readonly TrainingCheckpoint[], metric: TrainingMetric): number | null {
  let best: { readonly epoch: number; readonly value: number } | null = null;
  for (const checkpoint of checkpoints) {
    const value = metricOf(checkpoint, metric);
    if (value !== null && (best === null || value > best.value)) best = { epoch: checkpoint.epoch, value };
  }
  return best?.epoch ?? null;
}

/** A round value at or above the greatest: 1, 2 or 5 of a power of ten. */
export function niceTop(greatest: number): number {
  if (!(greatest > 0) || !Number.isFinite(greatest)) return 1;
  const power = 10 ** Math.floor(Math.log10(greatest));
  return ([1, 2, 5, 10].find((step) => step * power >= greatest) ?? 10) * power;
}

/** The scale on which maps of every checkpoint are coloured alike, so that epochs can be compared; null before the first. */
export function probeScale(
  checkpoints: readonly TrainingCheckpoint[],
): { readonly min: number; readonly max: number } | null {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { probes } of checkpoints) {
    for (const { mapMinimum, mapMaximum } of probes) {
      min = Math.min(min, mapMinimum);
      max = Math.max(max, mapMaximum);
    }
  }
  return min <= max ? { min, max } : null;
}

/** The checkpoint of an epoch, or where there is none the newest; null before the first. */
export function checkpointAt(
  checkpoints: readonly TrainingCheckpoint[],
  epoch: number | null,
): TrainingCheckpoint | null {
  return checkpoints.find((each) => each.epoch === epoch) ?? checkpoints.at(-1) ?? null;
}

/** A round share at or below the least that a curve falls to, so that what changes is seen. */
export function shareBottom(curves: readonly TrainingCurve[]): number {
  const least = Math.min(1, ...curves.flatMap(({ points }) => points.map(({ low }) => low)));
  return Math.min(0.9, Math.floor(least * 10) / 10);
}
