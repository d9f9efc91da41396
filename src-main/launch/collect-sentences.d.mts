/** One call of `say` or `sayNodes`. */
export interface SentenceCall {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Null where the first argument is no literal. */
  readonly sentence: string | null;
  /** Empty without values; null where the keys cannot be read off the code. */
  readonly valueNames: readonly string[] | null;
}
export function collectSentences(folder: string): Promise<readonly SentenceCall[]>;
