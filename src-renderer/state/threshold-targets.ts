import { z } from 'zod';
import { create } from 'zustand';

const share = (usual: number) => z.number().min(0).max(1).catch(usual);

/** What the recipes aim at: shares from 0 to 1, and the N of «at most 1 missed in N». */
export const thresholdTargetsSchema = z.object({
  'false-alarm-rate': share(0.05),
  'miss-rate': share(0.01),
  'alarm-share': share(0.1),
  'missed-in': z.number().int().min(2).max(1_000_000).catch(500),
});
export type ThresholdTargets = Readonly<z.infer<typeof thresholdTargetsSchema>>;
export type TargetKind = Exclude<keyof ThresholdTargets, 'missed-in'>;

interface TargetState {
  readonly targets: ThresholdTargets;
  change(change: Partial<ThresholdTargets>): void;
}

/** Targets are a person's or a plant's rather than a run's: they are kept for all of them. */
export const useTargetStore = create<TargetState>()((set, get) => ({
  targets: thresholdTargetsSchema.parse({}),
  change: (change) => {
    set({ targets: { ...get().targets, ...change } });
  },
}));

export const useTargets = (): ThresholdTargets => useTargetStore((state) => state.targets);
