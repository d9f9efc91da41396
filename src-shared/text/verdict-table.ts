import type { Verdict } from '../domain/verdict.ts';
import { csvLine, csvNumber, csvPath, csvWords } from './csv.ts';

/** A row of a trail, and whether it is its image's newest. */
export interface TrailRow {
  readonly verdict: Verdict;
  readonly holds: boolean;
}

const columns = [
  ...['image', 'verdict', 'note', 'author', 'time', 'holds', 'id', 'supersedes', 'restores'],
  ...['run', 'method', 'model', 'model_sha256', 'score', 'threshold', 'blinded'],
];

export const verdictCsvHead = csvLine(columns);

/** An empty verdict was withdrawn, or is a note alone; what is of the run is empty where no run was looked at. Time in UTC. */
export function verdictCsvLine({ verdict, holds }: TrailRow): string {
  const { basis } = verdict;
  return csvLine([
    csvPath(verdict.imagePath),
    verdict.value ?? '',
    csvWords(verdict.note),
    csvWords(verdict.author),
    new Date(verdict.createdAtMs).toISOString(),
    holds ? 'yes' : 'no',
    csvNumber(verdict.id),
    csvNumber(verdict.supersedesId),
    csvNumber(verdict.restoresId),
    csvNumber(basis?.runId ?? null),
    basis?.methodId ?? '',
    csvWords(basis?.modelId ?? ''),
    basis?.modelSha256 ?? '',
    csvNumber(basis?.score ?? null),
    csvNumber(basis?.threshold ?? null),
    basis === null ? '' : basis.wasBlind ? 'yes' : 'no',
  ]);
}

/** Marks the newest row of each image; `trail` is oldest first. */
export function markNewest(trail: readonly Verdict[]): TrailRow[] {
  const newest = new Map(trail.map(({ imagePath, id }) => [imagePath, id]));
  return trail.map((verdict) => ({ verdict, holds: newest.get(verdict.imagePath) === verdict.id }));
}
