import { z } from 'zod';
import type { OperatingPoint } from '../../src-shared/domain/operating-point.ts';
import type { Run } from '../../src-shared/domain/run.ts';

export const fewestCompared = 2;
export const mostCompared = 5;
const usuallyCompared = 3;

/** Where a pane cuts: as Review does, at a score or map threshold of its own, or at a saved one. */
export type PaneThreshold =
  | { readonly kind: 'own' }
  | { readonly kind: 'score' | 'map'; readonly value: number }
  | { readonly kind: 'saved'; readonly id: number };

/** A run and where it is cut: the same run with two thresholds is two panes. */
export interface ComparedPane {
  /** What stands in the address, unique among the panes: `5`, `5s0.42`, `5m0.3`, `5p7`. */
  readonly token: string;
  readonly run: Run;
  readonly at: PaneThreshold;
}

const tokenPattern = /^(\d{1,15})(?:([sm])(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)|p(\d{1,15}))?$/;
export const paneTokenSchema = z.string().regex(tokenPattern);

export function paneToken(runId: number, at: PaneThreshold): string {
  switch (at.kind) {
    case 'own':
      return `${runId}`;
    case 'score':
      return `${runId}s${shorten(at.value)}`;
    case 'map':
      return `${runId}m${shorten(at.value)}`;
    case 'saved':
      return `${runId}p${at.id}`;
  }
}

/** Seven digits: more than any score tells apart, few enough for an address. */
function shorten(value: number): string {
  return String(Number(value.toPrecision(7)));
}

/** Null for what is no token. */
export function parsePaneToken(token: string): { readonly runId: number; readonly at: PaneThreshold } | null {
  const [, run, kind, value, saved] = tokenPattern.exec(token) ?? [];
  if (run === undefined) return null;
  const runId = Number(run);
  if (saved !== undefined) return { runId, at: { kind: 'saved', id: Number(saved) } };
  if (kind === undefined) return { runId, at: { kind: 'own' } };
  return { runId, at: { kind: kind === 's' ? 'score' : 'map', value: Number(value) } };
}

/** What a run is called in panes, table and curves: `A` for the first. */
export function letterOf(index: number): string {
  return String.fromCharCode(65 + index);
}

/**
 * The panes to show: those named, in that order, as far as their runs are there and belong to the data set; where none are
 * named the newest run of each kind (`titleOf`), and older ones only where there are not two kinds.
 */
export function choosePanes(
  own: readonly Run[],
  named: readonly string[] | null,
  titleOf: (run: Run) => string,
): readonly ComparedPane[] {
  const found = [...new Set(named)].flatMap((token) => {
    const parsed = parsePaneToken(token);
    const run = own.find(({ id }) => id === parsed?.runId);
    return parsed && run ? [{ token, run, at: parsed.at }] : [];
  });
  if (found.length >= fewestCompared) return found.slice(0, mostCompared);
  const scored = own.filter(({ scoredCount }) => scoredCount > 0);
  const titles = new Set<string>();
  const newestOfEach = scored.filter((run) => {
    const title = titleOf(run);
    return titles.has(title) ? false : titles.add(title);
  });
  const areKinds = newestOfEach.length >= fewestCompared;
  return (areKinds ? newestOfEach.slice(0, usuallyCompared) : scored.slice(0, fewestCompared)).map((run) => ({
    token: paneToken(run.id, { kind: 'own' }),
    run,
    at: { kind: 'own' },
  }));
}

export interface PaneCuts {
  readonly score: number | null;
  /** Where the middle band of `score` begins; null: there is none, or `score` is null. */
  readonly second: number | null;
  readonly map: number | null;
}

const asReview: PaneCuts = { score: null, second: null, map: null };

/** The thresholds of a pane; null: as Review has them for the run. */
export function paneCuts(at: PaneThreshold, points: readonly OperatingPoint[]): PaneCuts {
  switch (at.kind) {
    case 'own':
      return asReview;
    case 'score':
      return { ...asReview, score: at.value };
    case 'map':
      return { ...asReview, map: at.value };
    case 'saved': {
      const point = points.find(({ id }) => id === at.id);
      if (point === undefined) return asReview;
      return point.level === 'image'
        ? { score: point.threshold, second: point.secondThreshold, map: null }
        : { ...asReview, map: point.threshold };
    }
  }
}
