import { create } from 'zustand';

interface PanelState {
  readonly jobsOpen: boolean;
  readonly keysOpen: boolean;
  readonly searchOpen: boolean;
  readonly aboutOpen: boolean;
  readonly reportOpen: boolean;
  setJobsOpen(open: boolean): void;
  setKeysOpen(open: boolean): void;
  setSearchOpen(open: boolean): void;
  setAboutOpen(open: boolean): void;
  setReportOpen(open: boolean): void;
}

/** What lies over every view and is no place of its own. */
export const usePanelStore = create<PanelState>()((set) => ({
  jobsOpen: false,
  keysOpen: false,
  searchOpen: false,
  aboutOpen: false,
  reportOpen: false,
  setJobsOpen: (jobsOpen) => {
    set({ jobsOpen });
  },
  setKeysOpen: (keysOpen) => {
    set({ keysOpen });
  },
  setSearchOpen: (searchOpen) => {
    set({ searchOpen });
  },
  setAboutOpen: (aboutOpen) => {
    set({ aboutOpen });
  },
  setReportOpen: (reportOpen) => {
    set({ reportOpen });
  },
}));
