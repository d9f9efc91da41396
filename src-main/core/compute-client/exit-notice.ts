import type { ComputeConnection, ComputeExit } from './compute-launcher.ts';

export interface ExitNotice {
  readonly hasEnded: boolean;
  /** Only the first end counts. */
  end(exit: ComputeExit): void;
  /** Told once, also to who asks after the end. */
  readonly onExit: ComputeConnection['onExit'];
}

/** How a process ended, for everybody who wants to know, before or after. */
export function createExitNotice(): ExitNotice {
  let ended: ComputeExit | null = null;
  const listeners: ((exit: ComputeExit) => void)[] = [];
  return {
    get hasEnded() {
      return ended !== null;
    },
    end(exit) {
      if (ended !== null) return;
      ended = exit;
      for (const listener of listeners) listener(exit);
    },
    onExit(listener) {
      if (ended !== null) listener(ended);
      else listeners.push(listener);
    },
  };
}
