import { create } from 'zustand';

interface RegionState {
  /** Label of the region that is pointed at, in the list or on the image; null: none. */
  readonly pointed: number | null;
  point(label: number | null): void;
}

/** List and image light up the same region. */
export const useRegionStore = create<RegionState>()((set, get) => ({
  pointed: null,
  point: (pointed) => {
    if (get().pointed !== pointed) set({ pointed });
  },
}));
