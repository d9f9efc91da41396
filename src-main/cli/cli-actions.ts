import type { CliSession } from './cli-session.ts';

/** How a command gets what it works with. */
export interface CliActions {
  /** Opens the core for one command and closes it afterwards. */
  withSession(work: (session: CliSession) => Promise<void>): Promise<void>;
  /** The same, on a data folder that is gone afterwards unless the user named one with `--data`. */
  withPassingSession(work: (session: CliSession) => Promise<void>): Promise<void>;
  serve(options: { readonly port?: number }): Promise<void>;
  /** Prints a text that no core is needed for. */
  print(document: object, text: string): void;
}
