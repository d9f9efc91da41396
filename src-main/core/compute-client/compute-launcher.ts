/** How a compute process ended; `detail` is the end of what it wrote to its error output, for messages and logs. */
export interface ComputeExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly detail: string;
}

/**
 * One running compute process. Messages travel by structured clone (typed arrays stay typed arrays).
 * `send` after the end is ignored; `onExit` is called exactly once, also when the process could not be started.
 */
export interface ComputeConnection {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  onExit(listener: (exit: ComputeExit) => void): void;
  /** Ends the process at once, whatever it is doing. */
  kill(): void;
}

/** What a host gives the core: a way to start the compute process (`child_process.fork`, Electron's `utilityProcess`). */
export interface ComputeLauncher {
  spawn(): ComputeConnection;
}
