import type { WorkbenchEvent } from '../../src-shared/contract/events.ts';
import type { Reply } from '../../src-shared/contract/methods.ts';
import type { Shell, ShellEvent } from '../../src-shared/contract/shell.ts';
import type { FileKind } from '../../src-shared/contract/wire.ts';

/** `lost`: there was a connection and it broke, or none could be made; the transport keeps trying. */
export type ConnectionState = 'connecting' | 'connected' | 'lost';

/** The system's own dialogs; all answer null where the user closed the dialog. */
export interface NativePickers {
  pickFolder(): Promise<string | null>;
  pickFile(kind: FileKind): Promise<string | null>;
  pickNewFile(suggestedName: string): Promise<string | null>;
}

/** The desktop around the window. */
export interface NativeDesktop {
  /** `process.platform`. */
  readonly platform: string;
  showShell(shell: Shell): Promise<void>;
  /** Events that passed the schema. Returns a function that stops listening. */
  onShellEvent(listener: (event: ShellEvent) => void): () => void;
  openLogFolder(): Promise<void>;
  /** Shows the folder that an export job wrote. */
  openExport(jobId: number): Promise<void>;
  /** Where the report of an export was printed to as PDF; null where the user closed the dialog. */
  saveReportPdf(jobId: number): Promise<string | null>;
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
  /** Null where the window is a page of a browser. */
  readonly desktop: NativeDesktop | null;
  /** Where something lies that was dropped on the window; null where the host tells no page (a browser), or it is no file. */
  pathOfDropped(file: File): string | null;
}
