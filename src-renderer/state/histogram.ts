import type { RunScores } from '../../src-shared/domain/run.ts';

export interface ScoreBin {
  readonly good: number;
  readonly anomalous: number;
  readonly unlabelled: number;
}

/** Counts of scores by label in equal bins from min to max; both ends belong to their bins. */
export function binScores(
  { scores, labels }: Pick<RunScores, 'scores' | 'labels'>,
  min: number,
  max: number,
  binCount: number,
): readonly ScoreBin[] {
  const bins = Array.from({ length: binCount }, () => ({ good: 0, anomalous: 0, unlabelled: 0 }));
  for (const [index, score] of scores.entries()) {
    const share = max > min ? (score - min) / (max - min) : 0.5;
    const bin = bins[Math.min(binCount - 1, Math.max(0, Math.floor(share * binCount)))];
    if (bin) bin[labels[index] ?? 'unlabelled']++;
  }
  return bins;
}
