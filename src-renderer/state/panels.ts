import { create } from 'zustand';

interface PanelState {
  readonly jobsOpen: boolean;
  readonly keysOpen: boolean;
  readonly searchOpen: boolean;
  setJobsOpen(open: boolean): void;
  setKeysOpen(open: boolean): void;
  setSearchOpen(open: boolean): void;
}

/** What lies over every view and is no place of its own. */
export const usePanelStore = create<PanelState>()((set) => ({
  jobsOpen: false,
  keysOpen: false,
  searchOpen: false,
  setJobsOpen: (jobsOpen) => {
    set({ jobsOpen });
  },
  setKeysOpen: (keysOpen) => {
    set({ keysOpen });
  },
  setSearchOpen: (searchOpen) => {
    set({ searchOpen });
  },
}));
