import { create } from 'zustand';
import type { Dataset } from '../../src-shared/domain/dataset.ts';

interface RecentState {
  /** Data sets that were opened last before this are not listed as recent; 0: the list was never cleared. */
  readonly clearedAtMs: number;
  clear(): void;
}

/** When the list of recent data sets was cleared; the data sets themselves stay. */
export const useRecentStore = create<RecentState>()((set) => ({
  clearedAtMs: 0,
  clear: () => {
    set({ clearedAtMs: Date.now() });
  },
}));

/** Those opened since the list was cleared, in their order. */
export function recentSets(datasets: readonly Dataset[], clearedAtMs: number): readonly Dataset[] {
  return datasets.filter(
    ({ createdAtMs, lastOpenedAtMs = 0 }) => Math.max(createdAtMs, lastOpenedAtMs) > clearedAtMs,
  );
}
