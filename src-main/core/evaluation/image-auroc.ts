import { auroc } from '../../../src-shared/metrics/ranking.ts';
import type { Repositories } from '../db/repositories.ts';
import type { ClassAuroc } from '../db/runs-repository.ts';

/**
 * Image AUROC per class from what a run has stored, over labelled images outside the train split; images that could not
 * be scored are left out. Null for a class with one label only or with images still to come.
 */
export function computeImageAuroc(
  { results, images }: Pick<Repositories, 'results' | 'images'>,
  runId: number,
  datasetId: number,
): ClassAuroc[] {
  const byClass = Map.groupBy(results.labelledScores(runId), (row) => row.className);
  const unfinished = results.unfinishedClasses(runId, datasetId);
  return images.classNames(datasetId).map((className) => {
    const rows = byClass.get(className);
    if (rows === undefined || unfinished.has(className)) return { className, auroc: null };
    return {
      className,
      auroc: auroc({
        scores: rows.map((row) => row.score),
        labels: rows.map((row) => (row.label === 'anomalous' ? 1 : 0)),
      }),
    };
  });
}
