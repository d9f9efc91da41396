import { create } from 'zustand';
import type { Point } from '../../canvas/viewport.ts';

interface PointerState {
  /** What is pointed at in one of the panes, in shares of the image's sides (0-1); null beside the image. */
  readonly share: Point | null;
  /** The pane that the pointer is in. */
  readonly token: string | null;
  /** Moved by keyboard: then its own pane shows it as well, which the mouse does for itself. */
  readonly isByKeyboard: boolean;
  move(token: string, share: Point | null, isByKeyboard?: boolean): void;
}

/** The pointer that all panes share. A store of its own, so that moving it redraws no image. */
export const usePointerStore = create<PointerState>()((set) => ({
  share: null,
  token: null,
  isByKeyboard: false,
  move: (token, share, isByKeyboard = false) => {
    set({ token: share === null ? null : token, share, isByKeyboard });
  },
}));
