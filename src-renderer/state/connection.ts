import { create } from 'zustand';
import type { ConnectionState } from '../transport/transport.ts';

interface ComputeState {
  readonly state: 'starting' | 'ready' | 'restarting';
  readonly message: string;
  /** It follows from a cancel, so nobody needs to be told. */
  readonly isExpected: boolean;
}

interface ConnectionStore {
  readonly connection: ConnectionState;
  /** The compute process, as the core last said; null while nothing was said. */
  readonly compute: ComputeState | null;
}

export const useConnectionStore = create<ConnectionStore>()(() => ({
  connection: 'connecting',
  compute: null,
}));

/** How long after a cancel a restart of the compute process counts as its consequence. */
const cancelReachMs = 15_000;
let lastCancelAtMs = Number.NEGATIVE_INFINITY;

/** Cancelling ends the compute process where it does not stop by itself; its restart is no news then. */
export function noteCancel(): void {
  lastCancelAtMs = performance.now();
}

export function followsCancel(): boolean {
  return performance.now() - lastCancelAtMs < cancelReachMs;
}
