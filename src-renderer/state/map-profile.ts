import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import type { MapProfile } from '../../src-shared/domain/map-profile.ts';
import type { Run, RunScores } from '../../src-shared/domain/run.ts';
import { profileBinCount, profileEdges } from '../../src-shared/metrics/map-profile.ts';
import { aurocOf, averagePrecisionOf, type Ranking } from '../../src-shared/metrics/ranking.ts';
import { thresholdOfRecipe, type ThresholdRecipe } from '../../src-shared/metrics/threshold-recipes.ts';
import type { ScoreColumns } from '../../src-shared/metrics/score-columns.ts';
import { useClient } from './client-context.ts';

/** A profile with everything that reaches each edge summed up: a map threshold is counted by looking one place up. */
export interface ProfileTable {
  readonly profile: MapProfile;
  /** One more than there are bins: the last one nothing reaches. */
  readonly edges: Float64Array;
  readonly normal: Float64Array;
  readonly anomalous: Float64Array;
  readonly unlabelled: Float64Array;
  /** Marked defects that are found. */
  readonly defects: Float64Array;
  readonly hasMasks: boolean;
}

export function tabulate(profile: MapProfile): ProfileTable {
  return {
    profile,
    edges: profileEdges(profile.mapMin, profile.mapMax),
    normal: fromAbove(profile.pixels.normal),
    anomalous: fromAbove(profile.pixels.anomalous),
    unlabelled: fromAbove(profile.pixels.unlabelled),
    defects: fromAbove(profile.defects),
    hasMasks: profile.defectCount > 0,
  };
}

function fromAbove(bins: readonly number[]): Float64Array {
  const sums = new Float64Array(bins.length + 1);
  for (let bin = bins.length - 1; bin >= 0; bin--) sums[bin] = (sums[bin + 1] ?? 0) + (bins[bin] ?? 0);
  return sums;
}

/** The first edge at or above a threshold; the last one where none is. */
export function edgeOf({ edges }: Pick<ProfileTable, 'edges'>, threshold: number): number {
  let [low, high] = [0, profileBinCount];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((edges[middle] ?? 0) >= threshold) high = middle;
    else low = middle + 1;
  }
  return low;
}

export function snapToEdge(table: Pick<ProfileTable, 'edges'>, threshold: number): number {
  return table.edges[edgeOf(table, threshold)] ?? threshold;
}

/** Images by the threshold at which their first region appears, worst first; those that never have one lie below the scale. */
export function rankByRegion({
  profile,
  edges,
}: ProfileTable): Pick<RunScores, 'imageIds' | 'labels' | 'scores'> {
  const below = (edges[0] ?? 0) - ((edges[1] ?? 0) - (edges[0] ?? 0));
  return {
    imageIds: profile.imageIds,
    labels: profile.labels,
    scores: profile.peakBins.map((bin) => (bin < 0 ? below : (edges[bin] ?? below))),
  };
}

/** The pixels of images whose mask is known, as a ranking whose thresholds are the edges. */
export function rankPixels({ profile, edges, normal, anomalous }: ProfileTable): Ranking {
  const places = Array.from({ length: profileBinCount }, (_, place) => profileBinCount - 1 - place).filter(
    (bin) => (profile.pixels.normal[bin] ?? 0) + (profile.pixels.anomalous[bin] ?? 0) > 0,
  );
  return {
    thresholds: Float64Array.from(places, (bin) => edges[bin] ?? 0),
    truePositives: Float64Array.from(places, (bin) => anomalous[bin] ?? 0),
    falsePositives: Float64Array.from(places, (bin) => normal[bin] ?? 0),
    positives: anomalous[0] ?? 0,
    negatives: normal[0] ?? 0,
  };
}

/** Area under the curve of pixels; with bins in place of values it is off by less than a thousandth of the scale allows. */
export function pixelArea(ranking: Ranking, curve: 'roc' | 'pr'): number | null {
  return curve === 'roc' ? aurocOf(ranking) : averagePrecisionOf(ranking);
}

/**
 * Where a recipe puts a threshold on maps: F1 is of pixels and misses are of marked defects where there are masks, else
 * both are of labelled images, of which those with a region are stopped. Null where the labels that it needs are missing.
 */
export function mapThresholdOfRecipe(
  table: ProfileTable,
  columns: ScoreColumns,
  recipe: ThresholdRecipe,
): number | null {
  if (table.hasMasks) {
    switch (recipe.kind) {
      case 'best-f1':
        return bestPixelF1(table);
      case 'recall-1':
        return missingAtMost(table, 0);
      case 'miss-rate':
        return missingAtMost(table, recipe.target);
      case 'false-alarm-rate':
      case 'alarm-share':
    }
  }
  const value = thresholdOfRecipe(columns, recipe);
  return value === null ? null : snapToEdge(table, value);
}

/** The highest edge with the best F1 = 2TP / (TP + FP + positives). */
function bestPixelF1({ edges, normal, anomalous }: ProfileTable): number | null {
  const positives = anomalous[0] ?? 0;
  let best = { f1: -1, edge: profileBinCount };
  for (let edge = profileBinCount - 1; edge >= 0; edge--) {
    const hits = anomalous[edge] ?? 0;
    const f1 = (2 * hits) / (hits + (normal[edge] ?? 0) + positives);
    if (f1 > best.f1) best = { f1, edge };
  }
  return edges[best.edge] ?? null;
}

/** The highest edge at which at most this share of the marked defects is missed; the lowest where none keeps it. */
function missingAtMost({ edges, defects, profile }: ProfileTable, share: number): number | null {
  const most = Math.floor(share * profile.defectCount + 1e-9);
  for (let edge = profileBinCount; edge > 0; edge--)
    if (profile.defectCount - (defects[edge] ?? 0) <= most) return edges[edge] ?? null;
  return edges[0] ?? null;
}

export interface MapProfileQuery {
  readonly profile: MapProfile | undefined;
  readonly isPending: boolean;
  /** 0-1; null before the first word of it. */
  readonly share: number | null;
  /** Null also where it was only stopped or replaced. */
  readonly error: Error | null;
  readonly isStopped: boolean;
  stop(): void;
  retry(): void;
}

/** The profile of a run's maps, or of one class of them. The core stops when the view is left. */
export function useMapProfile(run: Run, className: string | null, minRegionAreaPx: number): MapProfileQuery {
  const client = useClient();
  const [share, setShare] = useState<number | null>(null);
  const query = useQuery({
    queryKey: ['map-profile', run.id, run.scoredCount, className, minRegionAreaPx],
    queryFn: async () => {
      setShare(null);
      return await client.call('runs.mapProfile', { runId: run.id, className, minRegionAreaPx });
    },
    placeholderData: (before) =>
      before?.runId === run.id && before.className === className ? before : undefined,
    retry: false,
    staleTime: 60_000,
  });
  useEffect(
    () =>
      client.transport.onEvent((event) => {
        if (event.event === 'run.profiling' && event.runId === run.id) setShare(event.share);
      }),
    [client, run.id],
  );
  useEffect(
    () => () => {
      client.call('runs.stopProfiling', { runId: run.id }).catch(() => undefined);
    },
    [client, run.id],
  );
  const isStopped = query.error instanceof WorkbenchError && query.error.code === 'cancelled';
  return {
    profile: query.data,
    isPending: query.isFetching,
    share,
    error: isStopped ? null : query.error,
    isStopped,
    stop: () => {
      client.call('runs.stopProfiling', { runId: run.id }).catch(() => undefined);
    },
    retry: () => {
      void query.refetch();
    },
  };
}
