import type { Label } from '../../../src-shared/domain/dataset.ts';
import type { VerdictValue } from '../../../src-shared/domain/verdict.ts';
import type { Repositories } from '../db/repositories.ts';
import { predictionAt } from './prediction-files.ts';
import type { KnownRun } from './report-pictures.ts';
import { newestVerdicts } from './verdict-report.ts';

/** An image of which verdict, label and prediction do not say the same. */
export interface Contradiction {
  readonly imageId: number;
  readonly path: string;
  readonly className: string;
  readonly verdict: VerdictValue | null;
  readonly label: Label | null;
  readonly prediction: 'anomalous' | 'unsure' | 'good' | null;
  readonly score: number;
}

export interface Contradictions {
  /** Those that a person's verdict is part of come first, then the highest scores. */
  readonly rows: readonly Contradiction[];
  /** All of them, those not listed included. */
  readonly count: number;
}

/** More than so many are counted and not listed. */
const mostRows = 500;

/** «Unsure», from a person or between two thresholds, contradicts nobody. */
function contradicts({
  verdict,
  label,
  prediction,
}: Pick<Contradiction, 'verdict' | 'label' | 'prediction'>) {
  const said = [
    verdict === null || verdict === 'unsure' ? null : verdict === 'defect',
    label === null ? null : label === 'anomalous',
    prediction === null || prediction === 'unsure' ? null : prediction === 'anomalous',
  ];
  return said.includes(true) && said.includes(false);
}

/** Compares what people, the data set and a run say of each image that the run scored. */
export function collectContradictions(
  { images, results, verdicts }: Pick<Repositories, 'images' | 'results' | 'verdicts'>,
  datasetId: number,
  { run, scoreThresholds }: KnownRun,
): Contradictions {
  const scores = results.scores(run.id);
  const newest = newestVerdicts(verdicts, datasetId);
  const found: Contradiction[] = [];
  const rowOf = new Map(scores.imageIds.map((imageId, row) => [imageId, row]));
  for (const { id, path, className } of images.byIds(scores.imageIds)) {
    const row = rowOf.get(id);
    const score = row === undefined ? undefined : scores.scores[row];
    if (row === undefined || score === undefined || !scoreThresholds.has(className)) continue;
    const said = {
      verdict: newest.get(path)?.value ?? null,
      label: scores.labels[row] ?? null,
      prediction: predictionAt(scoreThresholds.get(className), score),
    };
    if (contradicts(said)) found.push({ imageId: id, path, className, score, ...said });
  }
  const rows = found
    .sort((a, b) => Number(b.verdict !== null) - Number(a.verdict !== null) || b.score - a.score)
    .slice(0, mostRows);
  return { rows, count: found.length };
}
