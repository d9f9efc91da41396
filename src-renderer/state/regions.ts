import { create } from 'zustand';
import type { Point, Size } from '../canvas/viewport.ts';

interface RegionState {
  /** The region that is pointed at in the list, in image pixels. */
  readonly highlight: (Point & Size) | null;
  point(highlight: (Point & Size) | null): void;
}

export const useRegionStore = create<RegionState>()((set) => ({
  highlight: null,
  point: (highlight) => {
    set({ highlight });
  },
}));
