import { useQuery } from '@tanstack/react-query';
import type { RunScores } from '../../src-shared/domain/run.ts';
import { fetchPatchMap } from '../canvas/pixel-map.ts';
import { formatNoun } from './format.ts';

/** A map threshold to begin with and the images it was taken from. */
export interface MapProposal {
  readonly value: number;
  readonly sampleCount: number;
  readonly from: 'good' | 'low-half';
}

const sampleSize = 24;
/** Of the sample's patches this share lies below the proposed map threshold. */
const quietShare = 0.99;

/**
 * Images whose maps say what is usual: those labelled good, else the half with the lower scores; evenly spread over
 * their scores. Scores come worst first.
 */
export function pickUsualImages({ imageIds, labels }: Pick<RunScores, 'imageIds' | 'labels'>): {
  readonly imageIds: readonly number[];
  readonly from: MapProposal['from'];
} {
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

/** A map threshold that the usual patches of a run stay below. Undefined while it is worked out. */
export function useMapProposal(runId: number | null, scores: RunScores | undefined): MapProposal | undefined {
  const usual = scores ? pickUsualImages(scores) : null;
  return useQuery({
    queryKey: ['map-proposal', runId, usual?.imageIds],
    enabled: runId !== null && usual !== null && usual.imageIds.length > 0,
    // While a run goes on the sample changes with every image; the last proposal stands until the next is there.
    placeholderData: (before) => before,
    queryFn: async (): Promise<MapProposal> => {
      const maps = await Promise.all(
        (usual?.imageIds ?? []).map((imageId) => fetchPatchMap(runId ?? 0, imageId)),
      );
      const values = new Float32Array(maps.reduce((sum, { data }) => sum + data.length, 0));
      let offset = 0;
      for (const { data } of maps) {
        values.set(data, offset);
        offset += data.length;
      }
      return { value: quantile(values, quietShare), sampleCount: maps.length, from: usual?.from ?? 'good' };
    },
  }).data;
}

export function describeMapProposal({ sampleCount, from }: MapProposal): string {
  const images =
    from === 'good' ? formatNoun(sampleCount, 'good image') : formatNoun(sampleCount, 'low-scoring image');
  return `Chosen so that 99 % of the map stays below it in ${images} of this run.`;
}
