// How requests, replies and events travel between a window and its host: over one WebSocket, or over Electron's bridge.
import { z } from 'zod';
import { eventSchema } from './events.ts';
import { replySchema, type Reply, type Request } from './methods.ts';
import type { Shell } from './shell.ts';

/** The web host's WebSocket lies here, on the page's own origin; the page's cookie carries the token. */
export const socketPath = '/socket';

/** A request larger than this closes the connection (no method needs a megabyte). */
export const requestLimitBytes = 1024 * 1024;

/** What a host sends over the WebSocket. The window sends a `Request` as JSON text, one a message. */
export const serverMessageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('reply'), reply: replySchema }),
  z.object({ kind: z.literal('event'), event: eventSchema }),
]);
export type ServerMessage = z.infer<typeof serverMessageSchema>;

/** What a native file dialog offers. */
export const fileKindSchema = z.enum(['checkpoint', 'prompts', 'any']);
export type FileKind = z.infer<typeof fileKindSchema>;

/** A `File` of the page; of its content nothing is needed. */
export interface DroppedFile {
  readonly name: string;
  readonly size: number;
}

/** What Electron's preload puts on `window.workbench`. In a browser there is none: then use the WebSocket. */
export interface WorkbenchBridge {
  request(request: Request): Promise<Reply>;
  /** Events arrive as parsed JSON, to be checked with `eventSchema`. Returns a function that stops listening. */
  onEvent(listener: (event: unknown) => void): () => void;
  /** Asks for a folder with the system's dialog; null where the user closed it. */
  pickFolder(): Promise<string | null>;
  /** Asks for a file with the system's dialog; null where the user closed it. */
  pickFile(kind: FileKind): Promise<string | null>;
  /** Asks where to write a file with the system's dialog, which asks before an existing one is replaced; null as above. */
  pickNewFile(suggestedName: string): Promise<string | null>;
  /** Where a file or folder lies that was dropped on the window; empty for what is no file on a disk. */
  pathOfDropped(file: DroppedFile): string;
  /** `process.platform`. */
  readonly platform: string;
  /** Shows the menu and the recent folders; the first call also says that the page listens to `onShellEvent`. */
  showShell(shell: Shell): Promise<void>;
  /** Events arrive as they were sent, to be checked with `shellEventSchema`. Returns a function that stops listening. */
  onShellEvent(listener: (event: unknown) => void): () => void;
  /** Shows the folder of log files in the system's own file manager. */
  openLogFolder(): Promise<void>;
  /** Shows the folder of an export in the system's own file manager. */
  openExport(jobId: number): Promise<void>;
  /** Prints the report of an export into a PDF that the user names; its path, null where the user closed the dialog. */
  saveReportPdf(jobId: number): Promise<string | null>;
}

/**
 * Stands in the built `index.html` as `<meta property="csp-nonce" nonce="…">` (vite: `html.cspNonce`); hosts put the
 * response's nonce in its place. Emotion's cache must be created with it, or the Content-Security-Policy drops its styles.
 */
export const cspNoncePlaceholder = 'WORKBENCH_CSP_NONCE';
