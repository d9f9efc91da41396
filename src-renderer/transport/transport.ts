import type { WorkbenchEvent } from '../../src-shared/contract/events.ts';
import type { Reply } from '../../src-shared/contract/methods.ts';
import type { FileKind } from '../../src-shared/contract/wire.ts';

/** `lost`: there was a connection and it broke, or none could be made; the transport keeps trying. */
export type ConnectionState = 'connecting' | 'connected' | 'lost';

/** The system's own dialogs; all answer null where the user closed the dialog. */
export interface NativePickers {
  pickFolder(): Promise<string | null>;
  pickFile(kind: FileKind): Promise<string | null>;
  pickNewFile(suggestedName: string): Promise<string | null>;
}

export interface Transport {
  /** Sends one request. Rejects with `unavailable` where the connection breaks before the reply. */
  request(method: string, params: unknown): Promise<Reply>;
  /** Events that passed the contract's schema. Returns a function that stops listening. */
  onEvent(listener: (event: WorkbenchEvent) => void): () => void;
  connection(): ConnectionState;
  /** Called at every change of the connection. Returns a function that stops listening. */
  onConnection(listener: (state: ConnectionState) => void): () => void;
  /** Null where the host has no dialogs of its own (a browser). */
  readonly pickers: NativePickers | null;
  /** Where something lies that was dropped on the window; null where the host tells no page (a browser), or it is no file. */
  pathOfDropped(file: File): string | null;
}
