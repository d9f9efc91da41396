import type { Label } from '../../../src-shared/domain/dataset.ts';
import type { RunScores } from '../../../src-shared/domain/run.ts';

/** A run's scores, worst first, from `[image id, score, label]`. */
export function scoresOf(...rows: readonly (readonly [number, number, Label | null])[]): RunScores {
  const sorted = [...rows].sort((a, b) => b[1] - a[1]);
  return {
    classNames: ['felt'],
    imageIds: sorted.map(([id]) => id),
    scores: sorted.map(([, score]) => score),
    labels: sorted.map(([, , label]) => label),
    classes: sorted.map(() => 0),
    leftOut: sorted.map(() => null),
  };
}
