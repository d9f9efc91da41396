import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { RunScores } from '../../src-shared/domain/run.ts';
import {
  pickUsualImages,
  proposeMapThreshold,
  type UsualImages,
} from '../../src-shared/maps/map-threshold.ts';
import { fetchPatchMap } from '../canvas/pixel-map.ts';
import { say } from '../texts/say.ts';

/** A map threshold to begin with and the images it was taken from. */
export interface MapProposal {
  readonly value: number;
  readonly sampleCount: number;
  readonly from: UsualImages['from'];
}

/** A map threshold that the usual patches of a run stay below. Undefined while it is worked out. */
export function useMapProposal(runId: number | null, scores: RunScores | undefined): MapProposal | undefined {
  // Of 50,000 scores it takes milliseconds, and this is asked for at every step of a drag.
  const usual = useMemo(() => (scores ? pickUsualImages(scores) : null), [scores]);
  return useQuery({
    queryKey: ['map-proposal', runId, usual?.imageIds],
    enabled: runId !== null && usual !== null && usual.imageIds.length > 0,
    // While a run goes on the sample changes with every image; the last proposal stands until the next is there.
    placeholderData: (before) => before,
    queryFn: async (): Promise<MapProposal> => {
      const maps = await Promise.all(
        (usual?.imageIds ?? []).map((imageId) => fetchPatchMap(runId ?? 0, imageId)),
      );
      return { value: proposeMapThreshold(maps), sampleCount: maps.length, from: usual?.from ?? 'good' };
    },
  }).data;
}

export function describeMapProposal({ sampleCount, from }: MapProposal): string {
  const values = { count: sampleCount };
  return from === 'good'
    ? say(
        'Chosen so that 99 % of the map stays below it in {count, plural, one {# good image} other {# good images}} of this run.',
        values,
      )
    : say(
        'Chosen so that 99 % of the map stays below it in {count, plural, one {# low-scoring image} other {# low-scoring images}} of this run.',
        values,
      );
}
