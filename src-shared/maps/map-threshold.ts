import type { RunScores } from '../domain/run.ts';
import type { PatchMap } from './patch-map.ts';

const sampleSize = 24;
/** Of the sample's patches this share lies below the proposed map threshold. */
const quietShare = 0.99;

export interface UsualImages {
  readonly imageIds: readonly number[];
  readonly from: 'good' | 'low-half';
}

/**
 * Images whose maps say what is usual: those labelled good, else the half with the lower scores; at most 24, evenly
 * spread over their scores. Scores come worst first.
 */
export function pickUsualImages({ imageIds, labels }: Pick<RunScores, 'imageIds' | 'labels'>): UsualImages {
  const good = imageIds.filter((_, index) => labels[index] === 'good');
  const pool = good.length > 0 ? good : imageIds.slice(Math.floor(imageIds.length / 2));
  const count = Math.min(sampleSize, pool.length);
  const picked = Array.from({ length: count }, (_, k) => pool[Math.floor(((k + 0.5) * pool.length) / count)]);
  return { imageIds: picked.filter((id) => id !== undefined), from: good.length > 0 ? 'good' : 'low-half' };
}

/** The value below which `share` of the values lie (nearest rank). Throws RangeError without values. */
export function quantile(values: Float32Array, share: number): number {
  const sorted = values.toSorted();
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  if (value === undefined) throw new RangeError('There is no quantile of nothing.');
  return value;
}

/** A map threshold to begin with: 99 % of the patches of the usual images lie below it. Throws RangeError without maps. */
export function proposeMapThreshold(usualMaps: readonly Pick<PatchMap, 'data'>[]): number {
  const values = new Float32Array(usualMaps.reduce((sum, { data }) => sum + data.length, 0));
  let offset = 0;
  for (const { data } of usualMaps) {
    values.set(data, offset);
    offset += data.length;
  }
  return quantile(values, quietShare);
}
