import { join } from 'node:path';
import { toErrorShape } from '../../../src-shared/contract/errors.ts';
import type { PublishedResults } from '../../../src-shared/domain/published-results.ts';
import type { Log } from '../core.ts';
import type { Repositories } from '../db/repositories.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import { readPublishedResults } from './read-published-results.ts';
import { writeRunReport, type RunReportWish } from './write-run-report.ts';

/** The report's name in the folder of an export. */
export const reportName = 'report.html';
export const reportContentType = 'text/html; charset=utf-8';

/** Resolves with the size of the file. */
export type ReportWriter = (wish: RunReportWish) => Promise<{ readonly sizeBytes: number }>;

export interface ReportWriterOptions {
  readonly repositories: Repositories;
  readonly assetsFolder: string;
  readonly version: string;
  readonly evaluator: () => Evaluator;
  readonly log: Log;
}

/** Writes reports for handlers and for export jobs alike. */
export function createReportWriter(options: ReportWriterOptions): ReportWriter {
  const { repositories, assetsFolder, version, log } = options;
  /** A report without them is better than none. */
  async function published(): Promise<PublishedResults> {
    try {
      return await readPublishedResults(join(assetsFolder, 'published-results.json'));
    } catch (thrown) {
      log('warn', toErrorShape(thrown).message);
      return { about: '', datasets: [], classes: [] };
    }
  }
  return async (wish) =>
    await writeRunReport({
      ...wish,
      repositories,
      version,
      evaluate: (run) => options.evaluator().evaluate(run),
      publishedResults: await published(),
    });
}

/** How many pictures of the worst images a report has. */
export function countPictures(
  { images }: Pick<Repositories, 'images'>,
  datasetId: number,
  className: string | null,
  imagesPerClass: number,
): number {
  return images
    .classNames(datasetId)
    .filter((name) => className === null || name === className)
    .reduce((sum, name) => sum + Math.min(imagesPerClass, images.count(datasetId, name)), 0);
}
