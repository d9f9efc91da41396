import { create } from 'zustand';
import type { Point } from '../canvas/viewport.ts';

interface PointerState {
  /** What is pointed at, in shares of the image's sides (0-1); null beside the image. */
  readonly share: Point | null;
  /** Which of the pictures of the image the pointer is in. */
  readonly side: 'image' | 'model';
  move(side: PointerState['side'], share: Point | null): void;
}

/** Where the pointer is in Review. A store of its own, so that moving it draws no image again. */
export const usePointerStore = create<PointerState>()((set) => ({
  share: null,
  side: 'image',
  move: (side, share) => {
    set({ side, share });
  },
}));
