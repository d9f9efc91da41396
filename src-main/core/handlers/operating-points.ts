import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { OperatingPoint } from '../../../src-shared/domain/operating-point.ts';
import { authorName } from '../author-name.ts';
import { fromSystemError } from '../error-report.ts';
import { makeFolder } from '../make-folder.ts';
import type { DomainHandlers, Services } from './handler.ts';

export function operatingPointsHandlers({
  repositories,
  events,
  options,
}: Services): DomainHandlers<'operatingPoints'> {
  const { operatingPoints, runs } = repositories;

  function require(id: number): OperatingPoint {
    const point = operatingPoints.get(id);
    if (point === null) throw new WorkbenchError('not-found', `There is no operating point ${id}.`);
    return point;
  }

  function tell({ datasetId }: OperatingPoint): void {
    events.emit({ event: 'operatingPoints.changed', datasetId });
  }

  return {
    'operatingPoints.list': ({ datasetId }) => ({ operatingPoints: operatingPoints.list(datasetId) }),
    'operatingPoints.save': (chosen) => {
      const run = runs.get(chosen.runId);
      if (run === null) throw new WorkbenchError('not-found', `There is no run ${chosen.runId}.`);
      const { datasetId, methodId, modelId, modelSha256, promptSetId, settings } = run;
      if (chosen.secondThreshold !== null && chosen.secondThreshold > chosen.threshold) {
        throw new WorkbenchError(
          'bad-request',
          'The second threshold lies above the first. Images between the two are looked at again, so put it below.',
        );
      }
      const point = operatingPoints.insert({
        ...chosen,
        ...{ datasetId, methodId, modelId, modelSha256, promptSetId, settings },
        author: authorName(repositories),
        createdAtMs: Date.now(),
      });
      tell(point);
      return point;
    },
    'operatingPoints.rename': ({ id, name }) => {
      const point = { ...require(id), name };
      operatingPoints.rename(id, name);
      tell(point);
      return point;
    },
    'operatingPoints.remove': ({ id }) => {
      const point = require(id);
      operatingPoints.markRemoved(id, Date.now());
      tell(point);
      return { ok: true };
    },
    'operatingPoints.export': async ({ id, file }) => {
      const content = {
        format: 'anomaly-workbench-operating-point/1',
        workbenchVersion: options.version,
        operatingPoint: require(id),
      };
      const unfinished = `${file}.${process.pid}.part`;
      try {
        makeFolder(dirname(file), 'the folder of the operating point');
        await writeFile(unfinished, `${JSON.stringify(content, null, 2)}\n`);
        await rename(unfinished, file);
      } catch (thrown) {
        await rm(unfinished, { force: true }).catch(() => undefined);
        throw fromSystemError(thrown, file);
      }
      return { file };
    },
  };
}
