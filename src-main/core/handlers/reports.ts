import { join, resolve } from 'node:path';
import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { PublishedResults } from '../../../src-shared/domain/published-results.ts';
import { writeRunReport } from '../exports/write-run-report.ts';
import { readPublishedResults } from './published.ts';
import type { DomainHandlers, Services } from './handler.ts';

export function reportsHandlers(services: Services): DomainHandlers<'reports'> {
  const { options, repositories, closing, evaluator } = services;
  /** A report without them is better than none. */
  async function published(): Promise<PublishedResults> {
    try {
      return await readPublishedResults(join(options.assetsFolder, 'published-results.json'));
    } catch (thrown) {
      options.log('warn', toErrorShape(thrown).message);
      return { about: '', datasets: [], classes: [] };
    }
  }

  return {
    'reports.write': async ({ runIds, notRun, file, imagesPerClass }) => {
      const runs = runIds.map((runId) => {
        const run = repositories.runs.get(runId);
        if (run === null) throw new WorkbenchError('not-found', `There is no run ${runId}.`);
        return run;
      });
      const path = resolve(file);
      const { sizeBytes } = await writeRunReport({
        repositories,
        runs,
        notRun,
        file: path,
        imagesPerClass,
        version: options.version,
        signal: closing,
        evaluate: (run) => evaluator.evaluate(run),
        publishedResults: await published(),
      });
      return { file: path, sizeBytes };
    },
  };
}
