import type { RunScores } from '../../../src-shared/domain/run.ts';

/** Where an image stands among the scored images of its class: 1 is the highest score, equals share the middle. */
export interface Rank {
  readonly rank: number;
  readonly count: number;
}

/** Ranks of one run by image. Scores come worst first. */
export function rankImages({ imageIds, scores, classes }: RunScores): ReadonlyMap<number, Rank> {
  const rowsByClass = new Map<number, number[]>();
  for (const [row, index] of classes.entries()) {
    const rows = rowsByClass.get(index);
    if (rows === undefined) rowsByClass.set(index, [row]);
    else rows.push(row);
  }
  const ranks = new Map<number, Rank>();
  for (const rows of rowsByClass.values()) {
    for (let start = 0; start < rows.length;) {
      let end = start + 1;
      while (end < rows.length && scores[rows[end] as number] === scores[rows[start] as number]) end++;
      const rank = (start + 1 + end) / 2;
      for (const row of rows.slice(start, end))
        ranks.set(imageIds[row] as number, { rank, count: rows.length });
      start = end;
    }
  }
  return ranks;
}

/**
 * Images that runs rank most differently within their class (highest minus lowest share of the ranking), most different
 * first, at most `limit`; images that some run has no score for, and those all rank alike, are left out.
 */
export function findDisagreements(
  ranksByRun: readonly ReadonlyMap<number, Rank>[],
  limit: number,
): readonly number[] {
  const [first, ...others] = ranksByRun;
  if (first === undefined || others.length === 0) return [];
  const spreads: { imageId: number; spread: number }[] = [];
  for (const imageId of first.keys()) {
    const shares = ranksByRun.map((ranks) => {
      const found = ranks.get(imageId);
      return found === undefined ? NaN : (found.rank - 0.5) / found.count;
    });
    const spread = Math.max(...shares) - Math.min(...shares);
    if (spread > 0) spreads.push({ imageId, spread });
  }
  return spreads
    .sort((a, b) => b.spread - a.spread || a.imageId - b.imageId)
    .slice(0, limit)
    .map(({ imageId }) => imageId);
}
