import type { CliIo } from '../../../src-main/cli/cli-io.ts';

export interface RecordingIo extends CliIo {
  readonly out: string;
  readonly err: string;
  /** Presses Ctrl+C. */
  interrupt(): void;
  readonly listenerCount: number;
}

/** A terminal (or none) that keeps what is written; `onError` sees every piece of the error output as it comes. */
export function recordingIo(
  isTerminal = false,
  onError: (text: string, io: RecordingIo) => void = () => undefined,
): RecordingIo {
  let out = '';
  let err = '';
  const listeners = new Set<() => void>();
  const io: RecordingIo = {
    stdout: (text) => {
      out += text;
    },
    stderr: (text) => {
      err += text;
      onError(text, io);
    },
    stderrIsTerminal: isTerminal,
    columns: 100,
    onInterrupt: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    interrupt: () => {
      for (const listener of listeners) listener();
    },
    get out() {
      return out;
    },
    get err() {
      return err;
    },
    get listenerCount() {
      return listeners.size;
    },
  };
  return io;
}
