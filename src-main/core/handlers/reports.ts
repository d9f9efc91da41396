import { resolve } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { DomainHandlers, Services } from './handler.ts';

export function reportsHandlers({ repositories, closing, writeReport }: Services): DomainHandlers<'reports'> {
  return {
    'reports.write': async ({ runIds, notRun, file, imagesPerClass }) => {
      const runs = runIds.map((runId) => {
        const run = repositories.runs.get(runId);
        if (run === null) throw new WorkbenchError('not-found', `There is no run ${runId}.`);
        const rule = { kind: 'default' } as const;
        return { run, scoreThreshold: rule, mapThreshold: rule };
      });
      const path = resolve(file);
      const { sizeBytes } = await writeReport({
        runs,
        className: null,
        notRun,
        file: path,
        imagesPerClass,
        signal: closing,
      });
      return { file: path, sizeBytes };
    },
  };
}
