import { create } from 'zustand';
import type { Point } from '../../canvas/viewport.ts';

interface PointerState {
  /** What is pointed at in one of the panes, in shares of the image's sides (0-1); null beside the image. */
  readonly share: Point | null;
  /** The pane that the pointer is in. */
  readonly token: string | null;
  move(token: string, share: Point | null): void;
}

/** The pointer that all panes share. A store of its own, so that moving it redraws no image. */
export const usePointerStore = create<PointerState>()((set) => ({
  share: null,
  token: null,
  move: (token, share) => {
    set({ token: share === null ? null : token, share });
  },
}));
