import type { Label } from '../../src-shared/domain/dataset.ts';
import type { Run, RunScores } from '../../src-shared/domain/run.ts';
import { isRankMetric, type MetricKey } from './compare-metrics.ts';

export const fewestCompared = 2;
export const mostCompared = 5;
const usuallyCompared = 3;

/** What a run is called in panes, table and curves: `A` for the first. */
export function letterOf(index: number): string {
  return String.fromCharCode(65 + index);
}

/**
 * The runs to compare: those named, in that order, as far as they are there and belong to the data set; where none are
 * named the newest of each kind (`titleOf`), and older ones only where there are not two kinds.
 */
export function chooseRuns(
  own: readonly Run[],
  named: readonly number[] | null,
  titleOf: (run: Run) => string,
): readonly Run[] {
  if (named !== null) {
    const found = named.flatMap((id) => own.filter((run) => run.id === id)).slice(0, mostCompared);
    if (found.length >= fewestCompared) return found;
  }
  const scored = own.filter(({ scoredCount }) => scoredCount > 0);
  const titles = new Set<string>();
  const newestOfEach = scored.filter((run) => {
    const title = titleOf(run);
    return titles.has(title) ? false : titles.add(title);
  });
  const chosen = newestOfEach.length >= fewestCompared ? newestOfEach : scored;
  return chosen.slice(0, newestOfEach.length >= fewestCompared ? usuallyCompared : fewestCompared);
}

/** What several runs say of the same images, in columns; `scores[r][k]` is what run r says of image k. */
export interface Comparison {
  readonly imageIds: readonly number[];
  readonly labels: readonly (Label | null)[];
  readonly classNames: readonly string[];
  readonly scores: readonly (readonly (number | null)[])[];
  /** From 1, the worst; equal scores share the lower number. Null without a score. */
  readonly ranks: readonly (readonly (number | null)[])[];
  /** Images with a score, per run. */
  readonly counts: readonly number[];
  /** How far apart the runs rank an image, 0-1 of the list; null unless every run has a score of it. */
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
    ranks: columns.map(({ ranks }) => ranks),
    counts: runs.map((run) => run.imageIds.length),
    disagreement: imageIds.map((_, row) => {
      const shares = columns.flatMap(({ shares: column }) => column[row] ?? []);
      return shares.length === runs.length ? Math.max(...shares) - Math.min(...shares) : null;
    }),
  };
}

/** A run's scores and ranks in rows of the comparison. `shares` are mean ranks of equal scores, 0 the worst, 1 the best. */
function placeRanks(run: RunScores, at: ReadonlyMap<number, number>) {
  const empty = () => Array.from<number | null>({ length: at.size }).fill(null);
  const [scores, ranks, shares] = [empty(), empty(), empty()];
  const count = run.imageIds.length;
  for (let first = 0, next; first < count; first = next) {
    next = first + 1;
    while (next < count && run.scores[next] === run.scores[first]) next++;
    for (let k = first; k < next; k++) {
      const row = at.get(run.imageIds[k] ?? -1);
      if (row === undefined) continue;
      scores[row] = run.scores[k] ?? null;
      ranks[row] = first + 1;
      shares[row] = count > 1 ? (first + next - 1) / 2 / (count - 1) : 0;
    }
  }
  return { scores, ranks, shares };
}

export const compareOrders = ['disagreement', 'score', 'path', 'cell'] as const;
export type CompareOrder = (typeof compareOrders)[number];

/** Rows of a comparison as they are looked at. `of`: the run (its place) that `score` and `cell` ask. */
export function orderRows(
  comparison: Comparison,
  order: CompareOrder,
  { of, metric }: { readonly of: number; readonly metric: MetricKey },
): readonly number[] {
  const rows = [...comparison.imageIds.keys()];
  switch (order) {
    case 'disagreement':
      return byValue(rows, comparison.disagreement);
    case 'score':
      return byValue(rows, comparison.scores[of] ?? []);
    case 'path':
      return rows;
    case 'cell':
      return rowsOfCell(comparison, of, metric);
  }
}

/** Highest first; what has no value comes last; equal values in the order of the rows. */
function byValue(rows: readonly number[], values: readonly (number | null)[]): readonly number[] {
  const of = (row: number) => values[row] ?? Number.NEGATIVE_INFINITY;
  return [...rows].sort((a, b) => (of(a) === of(b) ? a - b : of(b) > of(a) ? 1 : -1));
}

/**
 * The images that make a figure what it is. Of a figure over images: the labelled images, first those in the most wrong
 * pairs of their class (a good image that scores as high as an anomalous one or higher). Of a figure over pixels: the
 * anomalous images, lowest score first.
 */
function rowsOfCell(comparison: Comparison, of: number, metric: MetricKey): readonly number[] {
  const scores = comparison.scores[of] ?? [];
  const labelled = [...comparison.imageIds.keys()].filter(
    (row) => comparison.labels[row] !== null && scores[row] !== null && scores[row] !== undefined,
  );
  if (!isRankMetric(metric)) {
    const anomalous = labelled.filter((row) => comparison.labels[row] === 'anomalous');
    return anomalous.sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0) || a - b);
  }
  return byValue(labelled, wrongPairs(comparison, of));
}

/** In how many wrong pairs of its class each image is, ties counting half; null for images without label or score. */
export function wrongPairs(comparison: Comparison, of: number): readonly (number | null)[] {
  const scores = comparison.scores[of] ?? [];
  const sorted = new Map<string, { readonly good: number[]; readonly anomalous: number[] }>();
  const each = (visit: (row: number, score: number, label: Label, className: string) => void) => {
    for (const row of comparison.imageIds.keys()) {
      const [score, label] = [scores[row], comparison.labels[row]];
      if (score === null || score === undefined || label === null || label === undefined) continue;
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
