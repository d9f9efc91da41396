import { create } from 'zustand';
import type { ConnectionState } from '../transport/transport.ts';

interface ComputeState {
  readonly state: 'starting' | 'ready' | 'restarting';
  readonly message: string;
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
