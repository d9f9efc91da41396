import { z } from 'zod';
import { create } from 'zustand';
import type { RunScores } from '../../src-shared/domain/run.ts';
import type { ThresholdCounts } from '../../src-shared/metrics/score-columns.ts';

export type { ThresholdCounts } from '../../src-shared/metrics/score-columns.ts';
export { proposeThreshold, type ProposedThreshold } from '../../src-shared/metrics/propose-threshold.ts';

/** Thresholds a user moved; null: the proposed one stands. */
export const chosenThresholdsSchema = z.object({
  score: z.number().nullable().catch(null),
  map: z.number().nullable().catch(null),
  /** Where a human's share begins: images from here up to the score threshold are looked at again; null: none are. */
  second: z.number().nullable().catch(null),
  /** The recipe that put the score threshold where it is; it counts only as long as the threshold is still there. */
  recipe: z
    .object({
      kind: z.enum(['best-f1', 'recall-1', 'false-alarm-rate', 'miss-rate', 'alarm-share']),
      target: z.number().nullable(),
      score: z.number(),
    })
    .readonly()
    .nullable()
    .catch(null),
});
export type ChosenThresholds = Readonly<z.infer<typeof chosenThresholdsSchema>>;

const untouched: ChosenThresholds = { score: null, map: null, second: null, recipe: null };

interface ThresholdState {
  /** By `thresholdKey`: an operating point belongs to the run, and the part of it, that it was chosen on. */
  readonly byKey: Readonly<Record<string, ChosenThresholds>>;
  change(key: string, change: Partial<ChosenThresholds>): void;
}

/** Classes of one data set can score on quite different levels, so each class has thresholds of its own. */
export function thresholdKey(runId: number, className: string | null): string {
  return className === null ? `${runId}` : `${runId}/${className}`;
}

export const useThresholdStore = create<ThresholdState>()((set, get) => ({
  byKey: {},
  change: (key, change) => {
    const before = get().byKey[key] ?? untouched;
    set({ byKey: { ...get().byKey, [key]: { ...before, ...change } } });
  },
}));

export function useChosenThresholds(key: string | null): ChosenThresholds {
  return useThresholdStore((state) => (key === null ? undefined : state.byKey[key]) ?? untouched);
}

export function countAtThreshold(
  { scores, labels }: Pick<RunScores, 'scores' | 'labels'>,
  threshold: number,
): ThresholdCounts {
  const counts = { flagged: 0, hits: 0, alarms: 0, misses: 0, goodCount: 0, anomalousCount: 0 };
  for (const [index, score] of scores.entries()) {
    const flagged = score >= threshold;
    if (flagged) counts.flagged++;
    if (labels[index] === 'good') {
      counts.goodCount++;
      if (flagged) counts.alarms++;
    } else if (labels[index] === 'anomalous') {
      counts.anomalousCount++;
      if (flagged) counts.hits++;
      else counts.misses++;
    }
  }
  return counts;
}
