import { z } from 'zod';
import type { Label } from '../../src-shared/domain/dataset.ts';
import type { ImageColumns } from '../../src-shared/domain/run.ts';
import type { VerdictValue } from '../../src-shared/domain/verdict.ts';
import { predict, sideOf, type Prediction } from './prediction.ts';

export const gallerySorts = ['score', 'path', 'verdict', 'class'] as const;
export type GallerySort = (typeof gallerySorts)[number];

/**
 * What the boxes of the filter panel choose among: within a group any, between groups all. Of `only` all that are
 * chosen must hold.
 */
export const galleryGroups = {
  verdict: ['defect', 'unsure', 'good', 'none'],
  predicted: ['defect', 'unsure', 'good', 'none'],
  label: ['anomalous', 'good', 'none'],
  split: ['train', 'test', 'none'],
  disagree: ['verdict-label', 'verdict-predicted', 'label-predicted'],
  only: ['note', 'problem'],
} as const;
export type GalleryGroup = keyof typeof galleryGroups;

export const galleryTokens = [
  'label-anomalous',
  'label-good',
  'label-none',
  'verdict-defect',
  'verdict-unsure',
  'verdict-good',
  'verdict-none',
  'predicted-defect',
  'predicted-unsure',
  'predicted-good',
  'predicted-none',
  'split-train',
  'split-test',
  'split-none',
  'disagree-verdict-label',
  'disagree-verdict-predicted',
  'disagree-label-predicted',
  'only-note',
  'only-problem',
] as const;
export const galleryTokenSchema = z.enum(galleryTokens);
export type GalleryToken = z.infer<typeof galleryTokenSchema>;

export interface GalleryFilter {
  /** Words that all stand in the path, whatever their case. */
  readonly search: string;
  /** Null: every class. */
  readonly className: string | null;
  readonly tokens: readonly GalleryToken[];
  /** Both ends belong to the range; null: no bound. With a bound, an image without a score is left out. */
  readonly scoreFrom: number | null;
  readonly scoreTo: number | null;
}

/** A data set in typed columns, row k of each belongs together; rows are in the order of their paths. */
export interface GalleryTable {
  readonly classNames: readonly string[];
  readonly paths: readonly string[];
  readonly classes: Uint32Array;
  /** NaN: no score. */
  readonly scores: Float64Array;
  /** Bit k stands for token k of `galleryTokens`. */
  readonly bits: Uint32Array;
}

export interface GalleryChoice {
  /** Rows of the table, in the order that was passed in. */
  readonly rows: Uint32Array;
  /** Images that a box would leave or add, given everything outside its own group. */
  readonly tokenCounts: Readonly<Record<GalleryToken, number>>;
  /** Images of each class, given everything but the class. */
  readonly classCounts: Uint32Array;
  /** Images of every class, given everything but the class. */
  readonly anyClassCount: number;
}

const bitOf = new Map(galleryTokens.map((token, bit) => [token, 1 << bit]));

function bit(token: GalleryToken): number {
  return bitOf.get(token) ?? 0;
}

/** Which two of verdict, label and prediction contradict each other; «unsure» contradicts nobody. */
function disagreements(
  verdict: VerdictValue | null,
  label: Label | null,
  prediction: Prediction | null,
): number {
  const said = sideOf(verdict);
  const predicted = sideOf(prediction);
  const labelled = label === null ? null : label === 'anomalous';
  const differ = (a: boolean | null, b: boolean | null) => a !== null && b !== null && a !== b;
  return (
    (differ(said, labelled) ? bit('disagree-verdict-label') : 0) |
    (differ(said, predicted) ? bit('disagree-verdict-predicted') : 0) |
    (differ(labelled, predicted) ? bit('disagree-label-predicted') : 0)
  );
}

function maskOf(tokens: readonly GalleryToken[]): number {
  return tokens.reduce((mask, token) => mask | bit(token), 0);
}

/**
 * `threshold`: at or above it the run says «defect»; null: it says nothing. From `second` up to it an image is to be checked
 * by a human; null: none is.
 */
export function makeGalleryTable(
  columns: ImageColumns,
  verdicts: { readonly values: ReadonlyMap<number, VerdictValue>; readonly noted: ReadonlySet<number> },
  threshold: number | null,
  second: number | null = null,
): GalleryTable {
  const count = columns.imageIds.length;
  const scores = new Float64Array(count);
  const bits = new Uint32Array(count);
  for (let row = 0; row < count; row++) {
    const score = columns.scores[row] ?? null;
    const label = columns.labels[row] ?? null;
    const imageId = columns.imageIds[row] ?? 0;
    const verdict = verdicts.values.get(imageId) ?? null;
    const predicted = predict(score, threshold, second);
    scores[row] = score ?? NaN;
    bits[row] =
      bit(`label-${label ?? 'none'}`) |
      bit(`verdict-${verdict ?? 'none'}`) |
      bit(`predicted-${predicted ?? 'none'}`) |
      bit(`split-${columns.splits[row] ?? 'none'}`) |
      disagreements(verdict, label, predicted) |
      (verdicts.noted.has(imageId) ? bit('only-note') : 0) |
      (columns.hasProblem[row] === true ? bit('only-problem') : 0);
  }
  return {
    classNames: columns.classNames,
    paths: columns.paths.map((path) => path.toLowerCase()),
    classes: Uint32Array.from(columns.classes),
    scores,
    bits,
  };
}

/** Every row in order; what has no score comes last both ways, equals keep the order of their paths. */
export function sortGallery(table: GalleryTable, sort: GallerySort, descending: boolean): Uint32Array {
  const count = table.bits.length;
  const order = Uint32Array.from({ length: count }, (_, row) => row);
  if (sort === 'path') return descending ? order.reverse() : order;
  const keys = new Float64Array(count);
  const verdictRanks = galleryGroups.verdict.map(
    (value, rank) => [maskOf([`verdict-${value}`]), rank] as const,
  );
  const classRanks = rankNames(table.classNames);
  const sign = descending ? -1 : 1;
  for (let row = 0; row < count; row++) {
    if (sort === 'score') {
      const score = table.scores[row] ?? NaN;
      keys[row] = Number.isNaN(score) ? Infinity : sign * score;
    } else if (sort === 'class') {
      keys[row] = sign * (classRanks[table.classes[row] ?? 0] ?? 0);
    } else {
      const bits = table.bits[row] ?? 0;
      keys[row] = sign * (verdictRanks.find(([mask]) => (bits & mask) !== 0)?.[1] ?? 0);
    }
  }
  // Infinity less Infinity is not a number: such rows fall back on their paths too.
  return order.sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
}

function rankNames(names: readonly string[]): readonly number[] {
  const sorted = [...names].sort((a, b) => a.localeCompare(b));
  return names.map((name) => sorted.indexOf(name));
}

const anyGroups = ['label', 'verdict', 'predicted', 'split', 'disagree'] as const;

/** The rows of `order` that a filter leaves, and what each other choice would leave. One pass. */
export function filterGallery(table: GalleryTable, order: Uint32Array, filter: GalleryFilter): GalleryChoice {
  const words = filter.search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const wantedClass = filter.className === null ? null : table.classNames.indexOf(filter.className);
  // A group of which nothing is chosen lets everything pass, what bears none of its marks too.
  const groups = anyGroups.flatMap((group) => {
    const own = maskOf(galleryTokens.filter((token) => token.startsWith(`${group}-`)));
    const wanted = maskOf(filter.tokens) & own;
    return wanted === 0 ? [] : [{ own, wanted }];
  });
  const onlyMask = maskOf(['only-note', 'only-problem']);
  const required = maskOf(filter.tokens) & onlyMask;
  const hasRange = filter.scoreFrom !== null || filter.scoreTo !== null;
  const low = filter.scoreFrom ?? -Infinity;
  const high = filter.scoreTo ?? Infinity;

  const rows = new Uint32Array(order.length);
  const counts = new Uint32Array(galleryTokens.length);
  const classCounts = new Uint32Array(table.classNames.length);
  let length = 0;
  let anyClassCount = 0;
  for (const row of order) {
    const bits = table.bits[row] ?? 0;
    const score = table.scores[row] ?? NaN;
    // NaN is in no range.
    if (hasRange && !(score >= low && score <= high)) continue;
    const path = table.paths[row] ?? '';
    if (!words.every((word) => path.includes(word))) continue;
    const classIndex = table.classes[row] ?? 0;
    const failsClass = wantedClass !== null && classIndex !== wantedClass;
    const missing = required & ~bits;
    let failures = (failsClass ? 1 : 0) + (missing === 0 ? 0 : 1);
    let failedMask = 0;
    for (const { own, wanted } of groups) {
      if ((bits & wanted) !== 0) continue;
      failures++;
      failedMask = own;
    }
    if (failures === 0) {
      rows[length++] = row;
      addBits(counts, bits);
    } else if (failures === 1 && failedMask !== 0) addBits(counts, bits & failedMask);
    if (failures === 0 || (failures === 1 && failsClass)) {
      classCounts[classIndex] = (classCounts[classIndex] ?? 0) + 1;
      anyClassCount++;
    }
  }
  const tokenCounts = Object.fromEntries(
    galleryTokens.map((token, bit) => [token, counts[bit] ?? 0]),
  ) as Record<GalleryToken, number>;
  return { rows: rows.slice(0, length), tokenCounts, classCounts, anyClassCount };
}

function addBits(counts: Uint32Array, bits: number): void {
  for (let bit = 0; bit < counts.length; bit++) {
    if ((bits & (1 << bit)) !== 0) counts[bit] = (counts[bit] ?? 0) + 1;
  }
}
