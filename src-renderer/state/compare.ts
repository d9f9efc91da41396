import type { Label } from '../../src-shared/domain/dataset.ts';
import type { LeftOut, RunScale, RunScores } from '../../src-shared/domain/run.ts';
import type { MetricKey } from './compare-metrics.ts';
import { highestFirst } from './highest-first.ts';
import { predict } from './prediction.ts';

/** What several runs say of the same images, in columns; `scores[r][k]` is what run r says of image k. */
export interface Comparison {
  readonly imageIds: readonly number[];
  readonly labels: readonly (Label | null)[];
  readonly classNames: readonly string[];
  readonly scores: readonly (readonly (number | null)[])[];
  /** Why run r's metrics leave image k out; null: they do not, or it has no score. */
  readonly leftOut: readonly (readonly (LeftOut | null)[])[];
  /** From 1, the worst, among the images that count; equal scores share the lower number. Null for the others. */
  readonly ranks: readonly (readonly (number | null)[])[];
  /** Images with a rank, per run. */
  readonly counts: readonly number[];
  /** How far apart the runs rank an image, 0-1 of the list; null unless every run ranks it. */
  readonly disagreement: readonly (number | null)[];
}

/** Lays runs side by side; images in the order of their ids. Scores of each run come worst first. O(n log n). */
export function compareScores(runs: readonly RunScores[]): Comparison {
  const labels = new Map<number, Label | null>();
  const classes = new Map<number, string>();
  for (const run of runs) {
    for (const [row, id] of run.imageIds.entries()) {
      labels.set(id, run.labels[row] ?? null);
      classes.set(id, run.classNames[run.classes[row] ?? 0] ?? '');
    }
  }
  const imageIds = [...labels.keys()].sort((a, b) => a - b);
  const at = new Map(imageIds.map((id, row) => [id, row]));
  const columns = runs.map((run) => placeRanks(run, at));
  return {
    imageIds,
    labels: imageIds.map((id) => labels.get(id) ?? null),
    classNames: imageIds.map((id) => classes.get(id) ?? ''),
    scores: columns.map(({ scores }) => scores),
    leftOut: columns.map(({ leftOut }) => leftOut),
    ranks: columns.map(({ ranks }) => ranks),
    counts: columns.map(({ count }) => count),
    disagreement: imageIds.map((_, row) => {
      const shares = columns.flatMap(({ shares: column }) => column[row] ?? []);
      return shares.length === runs.length ? Math.max(...shares) - Math.min(...shares) : null;
    }),
  };
}

/**
 * A run's scores and ranks in rows of the comparison. `shares` are mean ranks of equal scores, 0 the worst, 1 the best.
 * Ranks are among the images that metrics count: what a method was shown, or trained on, is not its rival.
 */
function placeRanks(run: RunScores, at: ReadonlyMap<number, number>) {
  const empty = <T>() => Array.from<T | null>({ length: at.size }).fill(null);
  const [scores, ranks, shares] = [empty<number>(), empty<number>(), empty<number>()];
  const leftOut = empty<LeftOut>();
  const counted: number[] = [];
  for (const [k, imageId] of run.imageIds.entries()) {
    const row = at.get(imageId);
    if (row === undefined) continue;
    scores[row] = run.scores[k] ?? null;
    leftOut[row] = run.leftOut[k] ?? null;
    if (leftOut[row] === null) counted.push(row);
  }
  const count = counted.length;
  for (let first = 0, next; first < count; first = next) {
    const score = scores[counted[first] ?? 0];
    next = first + 1;
    while (next < count && scores[counted[next] ?? 0] === score) next++;
    for (let k = first; k < next; k++) {
      const row = counted[k] ?? 0;
      ranks[row] = first + 1;
      shares[row] = count > 1 ? (first + next - 1) / 2 / (count - 1) : 0;
    }
  }
  return { scores, leftOut, ranks, shares, count };
}

export const compareOrders = ['disagreement', 'difference', 'score', 'path', 'cell'] as const;
export type CompareOrder = (typeof compareOrders)[number];

export interface OrderQuestion {
  /** The place of the pane that `score`, `difference` and `cell` ask. */
  readonly of: number;
  /** The other pane of `difference`. */
  readonly against: number;
  readonly metric: MetricKey;
  /** The runs' scales, for `difference`: scores of two methods are not on one scale. */
  readonly scales: readonly (RunScale | null)[];
  /** The panes' score thresholds, for cells of figures at a threshold. */
  readonly thresholds: readonly (number | null)[];
  /** Where the panes' middle bands begin; null: a pane has none. */
  readonly seconds: readonly (number | null)[];
}

/** Rows of a comparison as they are looked at. */
export function orderRows(
  comparison: Comparison,
  order: CompareOrder,
  question: OrderQuestion,
): readonly number[] {
  const rows = [...comparison.imageIds.keys()];
  switch (order) {
    case 'disagreement':
      return byDisagreement(rows, comparison, question);
    case 'difference':
      return byValue(rows, scoreDifferences(comparison, question));
    case 'score':
      return byValue(rows, comparison.scores[question.of] ?? []);
    case 'path':
      return rows;
    case 'cell':
      return rowsOfCell(comparison, question);
  }
}

/** Of images that are ranked alike first those that the panes judge differently: one run can be cut twice. */
function byDisagreement(
  rows: readonly number[],
  comparison: Comparison,
  { thresholds, seconds }: OrderQuestion,
): readonly number[] {
  const { apart } = judgePanes(comparison, thresholds, seconds);
  const judgedApart = rows.filter((row) => apart[row] === 1);
  const others = rows.filter((row) => apart[row] !== 1);
  return highestFirst([...judgedApart, ...others], columnOf(comparison.disagreement));
}

const judgementBits = { defect: 1, good: 2, unsure: 4 } as const;

/**
 * By row, 1 or 0: whether the panes judge an image differently (defect, good or to check), and whether any of them leaves it
 * to a human. O(images · panes).
 */
export function judgePanes(
  { imageIds, scores }: Comparison,
  thresholds: readonly (number | null)[],
  seconds: readonly (number | null)[],
): { readonly apart: Uint8Array; readonly toCheck: Uint8Array } {
  const judged = new Uint8Array(imageIds.length);
  for (const [place, column] of scores.entries()) {
    const [threshold, second] = [thresholds[place] ?? null, seconds[place] ?? null];
    if (threshold === null) continue;
    for (let row = 0; row < column.length; row++) {
      const said = predict(column[row] ?? null, threshold, second);
      if (said !== null) judged[row] = (judged[row] ?? 0) | judgementBits[said];
    }
  }
  return {
    // More than one bit is set.
    apart: judged.map((said) => ((said & (said - 1)) === 0 ? 0 : 1)),
    toCheck: judged.map((said) => ((said & judgementBits.unsure) === 0 ? 0 : 1)),
  };
}

/** How far apart two runs score each image, each as a share of its own scale; null where one has no score. */
export function scoreDifferences(
  { scores, imageIds }: Comparison,
  { of, against, scales }: Pick<OrderQuestion, 'of' | 'against' | 'scales'>,
): readonly (number | null)[] {
  const shareOf = (place: number, row: number): number | null => {
    const [score, scale] = [scores[place]?.[row] ?? null, scales[place] ?? null];
    if (score === null || scale === null) return null;
    const span = scale.scoreMax - scale.scoreMin;
    return span > 0 ? (score - scale.scoreMin) / span : 0;
  };
  return [...imageIds.keys()].map((row) => {
    const [a, b] = [shareOf(of, row), shareOf(against, row)];
    return a === null || b === null ? null : Math.abs(a - b);
  });
}

/** Highest first; what has no value comes last; equal values in the order of the rows. */
function byValue(rows: readonly number[], values: readonly (number | null)[]): readonly number[] {
  return highestFirst(rows, columnOf(values));
}

function columnOf(values: readonly (number | null)[]): Float64Array {
  const column = new Float64Array(values.length);
  for (let row = 0; row < values.length; row++) column[row] = values[row] ?? -Infinity;
  return column;
}

/**
 * The images that make a figure what it is, of those that metrics count. Of a figure over all thresholds: the labelled
 * images, first those in the most wrong pairs of their class (a good image that scores as high as an anomalous one or
 * higher). Of a figure over pixels, and of recall: the anomalous images, lowest score first. Of the false alarm rate: the
 * good ones, highest first. Of precision: what reaches the threshold, good ones first. Of F1: what is judged wrongly,
 * furthest from the threshold first.
 */
function rowsOfCell(comparison: Comparison, { of, metric, thresholds }: OrderQuestion): readonly number[] {
  const scores = comparison.scores[of] ?? [];
  const threshold = thresholds[of] ?? Infinity;
  const scoreOf = (row: number) => scores[row] ?? 0;
  const isAnomalous = (row: number) => comparison.labels[row] === 'anomalous';
  const labelled = [...comparison.imageIds.keys()].filter((row) => countsAt(comparison, of, row));
  const lowestFirst = (rows: number[]) => rows.sort((a, b) => scoreOf(a) - scoreOf(b) || a - b);
  const highestFirst = (rows: number[]) => rows.sort((a, b) => scoreOf(b) - scoreOf(a) || a - b);
  switch (metric) {
    case 'image.auroc':
    case 'image.ap':
    case 'image.f1Max':
      return byValue(labelled, wrongPairs(comparison, of));
    case 'at.falseAlarmRate':
      return highestFirst(labelled.filter((row) => !isAnomalous(row)));
    case 'at.precision': {
      const flagged = labelled.filter((row) => scoreOf(row) >= threshold);
      return [
        ...highestFirst(flagged.filter((row) => !isAnomalous(row))),
        ...highestFirst(flagged.filter(isAnomalous)),
      ];
    }
    case 'at.f1': {
      const distance = (row: number) => Math.abs(scoreOf(row) - threshold);
      return labelled
        .filter((row) => isAnomalous(row) !== scoreOf(row) >= threshold)
        .sort((a, b) => distance(b) - distance(a) || a - b);
    }
    case 'at.recall':
    case 'pixel.auroc':
    case 'pixel.ap':
    case 'pixel.f1Max':
    case 'pixel.aupro':
    case 'pixel.auproPaper':
      return lowestFirst(labelled.filter(isAnomalous));
  }
}

/** Whether an image counts in a run's image metrics: labelled, scored, of no train split, no reference. */
export function countsAt(comparison: Comparison, place: number, row: number): boolean {
  return (
    (comparison.labels[row] ?? null) !== null &&
    (comparison.scores[place]?.[row] ?? null) !== null &&
    (comparison.leftOut[place]?.[row] ?? null) === null
  );
}

/** In how many wrong pairs of its class each image is, ties counting half; null for images that do not count. */
export function wrongPairs(comparison: Comparison, of: number): readonly (number | null)[] {
  const scores = comparison.scores[of] ?? [];
  const sorted = new Map<string, { readonly good: number[]; readonly anomalous: number[] }>();
  const each = (visit: (row: number, score: number, label: Label, className: string) => void) => {
    for (const row of comparison.imageIds.keys()) {
      const [score, label] = [scores[row], comparison.labels[row]];
      if (score === null || score === undefined || label === null || label === undefined) continue;
      if (!countsAt(comparison, of, row)) continue;
      visit(row, score, label, comparison.classNames[row] ?? '');
    }
  };
  each((_, score, label, className) => {
    const group = sorted.get(className) ?? { good: [], anomalous: [] };
    sorted.set(className, group);
    group[label].push(score);
  });
  for (const { good, anomalous } of sorted.values()) {
    good.sort((a, b) => a - b);
    anomalous.sort((a, b) => a - b);
  }
  const wrong = Array.from<number | null>({ length: comparison.imageIds.length }).fill(null);
  each((row, score, label, className) => {
    const group = sorted.get(className);
    if (!group) return;
    const others = label === 'good' ? group.anomalous : group.good;
    const below = countBelow(others, score);
    const upTo = countBelow(others, score, true);
    wrong[row] = (label === 'good' ? below : others.length - upTo) + (upTo - below) / 2;
  });
  return wrong;
}

/** How many of ascending values are below (or also at) `value`. */
function countBelow(values: readonly number[], value: number, orEqual = false): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = values[middle] ?? Infinity;
    if (at < value || (orEqual && at === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}
