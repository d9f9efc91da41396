import { create } from 'zustand';
import { nothingChosen, type ChosenThresholds } from '../../src-shared/domain/chosen-thresholds.ts';
import type { RunScores } from '../../src-shared/domain/run.ts';
import type { ThresholdCounts } from '../../src-shared/metrics/score-columns.ts';

export {
  chosenThresholdsSchema,
  thresholdKey,
  type ChosenThresholds,
} from '../../src-shared/domain/chosen-thresholds.ts';
export type { ThresholdCounts } from '../../src-shared/metrics/score-columns.ts';
export { proposeThreshold, type ProposedThreshold } from '../../src-shared/metrics/propose-threshold.ts';

interface ThresholdState {
  /** By `thresholdKey`: an operating point belongs to the run, and the part of it, that it was chosen on. */
  readonly byKey: Readonly<Record<string, ChosenThresholds>>;
  change(key: string, change: Partial<ChosenThresholds>): void;
}

export const useThresholdStore = create<ThresholdState>()((set, get) => ({
  byKey: {},
  change: (key, change) => {
    const before = get().byKey[key] ?? nothingChosen;
    set({ byKey: { ...get().byKey, [key]: { ...before, ...change } } });
  },
}));

export function useChosenThresholds(key: string | null): ChosenThresholds {
  return useThresholdStore((state) => (key === null ? undefined : state.byKey[key]) ?? nothingChosen);
}

export function countAtThreshold(
  { scores, labels }: Pick<RunScores, 'scores' | 'labels'>,
  threshold: number,
): ThresholdCounts {
  const counts = { flagged: 0, hits: 0, alarms: 0, misses: 0, goodCount: 0, anomalousCount: 0 };
  // A plain loop: 50,000 images are counted at every step of a drag.
  for (let index = 0; index < scores.length; index++) {
    const flagged = (scores[index] ?? NaN) >= threshold;
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
