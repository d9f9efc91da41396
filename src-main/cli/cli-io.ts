// What lives here: the command line: the contract in process, as commands with exit codes and JSON.
// What may not: decisions about data (core's), ONNX Runtime, SQLite, electron.

/** What the command line touches of its process; tests hand in their own. */
export interface CliIo {
  /** Results. With `--json` exactly one document. */
  stdout(text: string): void;
  /** Messages and progress: a moving line where `stderrIsTerminal`, else a line now and then. */
  stderr(text: string): void;
  readonly stderrIsTerminal: boolean;
  readonly columns: number;
  /** Calls `listener` at Ctrl+C (or a request to end) until the returned function is called. */
  onInterrupt(listener: () => void): () => void;
}

/** 0 only where a command did what it was asked. */
export const exitCodes = { done: 0, failed: 1, usage: 2, cancelled: 130 } as const;

/** The terminal this process was started from. */
export function processIo(): CliIo {
  // A reader that goes away (`| head`) ends the writing, not the command.
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') reportLostOutput(error);
  });
  return {
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    stderrIsTerminal: process.stderr.isTTY,
    columns: process.stderr.isTTY ? process.stderr.columns : 80,
    onInterrupt: (listener) => {
      const signals = ['SIGINT', 'SIGTERM'] as const;
      let count = 0;
      const handle = () => {
        count += 1;
        // Whoever asks three times wants out, whatever is still being put away; the next start finds everything.
        if (count > 2) process.exit(exitCodes.cancelled);
        listener();
      };
      for (const signal of signals) process.on(signal, handle);
      return () => {
        for (const signal of signals) process.off(signal, handle);
      };
    },
  };
}

let isLost = false;

/** A result that did not reach its file (a full disk) is none: the command may not end as if all were well. */
function reportLostOutput({ message }: Error): void {
  if (isLost) return;
  isLost = true;
  process.stderr.write(`The result could not be written: ${message}. Everything else was done.\n`);
  process.once('exit', (code) => {
    if (code === exitCodes.done) process.exitCode = exitCodes.failed;
  });
}
