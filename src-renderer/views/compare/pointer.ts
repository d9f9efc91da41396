import { create } from 'zustand';
import type { Point } from '../../canvas/viewport.ts';

interface PointerState {
  /** What is pointed at in one of the panes, in image pixels; null beside the image. */
  readonly point: Point | null;
  /** The run of the pane that the pointer is in. */
  readonly runId: number | null;
  move(runId: number, point: Point | null): void;
}

/** The pointer that all panes share. A store of its own, so that moving it redraws no image. */
export const usePointerStore = create<PointerState>()((set) => ({
  point: null,
  runId: null,
  move: (runId, point) => {
    set({ runId: point === null ? null : runId, point });
  },
}));
