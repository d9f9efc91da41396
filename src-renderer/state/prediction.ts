/** What a run says of an image by its score: `unsure` lies between two thresholds and is for a human to check. */
export type Prediction = 'defect' | 'unsure' | 'good';

/** Null where there is no score or no threshold; `second` (at most `threshold`) is null where there is no middle band. */
export function predict(
  score: number | null,
  threshold: number | null,
  second: number | null,
): Prediction | null {
  if (score === null || threshold === null) return null;
  if (score >= threshold) return 'defect';
  return second !== null && score >= second ? 'unsure' : 'good';
}

/** The side that a prediction or a verdict takes, true: defect; who is unsure takes none. */
export function sideOf(said: Prediction | null): boolean | null {
  return said === null || said === 'unsure' ? null : said === 'defect';
}
