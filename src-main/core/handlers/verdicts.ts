import { resolve } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { DatasetImage } from '../../../src-shared/domain/dataset.ts';
import { readingSchema, readingSettingKey } from '../../../src-shared/domain/reading.ts';
import type { Verdict, VerdictBasis } from '../../../src-shared/domain/verdict.ts';
import { authorName } from '../author-name.ts';
import { writeVerdicts } from '../exports/write-verdicts.ts';
import type { DomainHandlers, Services } from './handler.ts';

export function verdictsHandlers({ database, repositories, events }: Services): DomainHandlers<'verdicts'> {
  const { verdicts, images, runs, results, datasets } = repositories;

  function requireImage(imageId: number): DatasetImage {
    const image = images.get(imageId);
    if (image === null) throw new WorkbenchError('not-found', `There is no image ${imageId}.`);
    return image;
  }

  function requireDataset(datasetId: number): void {
    if (datasets.getCore(datasetId) === null)
      throw new WorkbenchError('not-found', `There is no data set ${datasetId}.`);
  }

  function basisOf(
    image: DatasetImage,
    { runId, threshold, wasBlind }: { runId: number; threshold: number | null; wasBlind: boolean },
  ): VerdictBasis {
    const run = runs.get(runId);
    if (run === null || run.datasetId !== image.datasetId) {
      throw new WorkbenchError(
        'not-found',
        `The verdict on ${image.path} was not stored: its data set has no run ${runId}. Choose another run and say it again.`,
      );
    }
    const { methodId, modelId, modelSha256, promptSetId, settings } = run;
    const score = results.get(runId, image.id)?.score ?? null;
    return {
      ...{ runId, methodId, modelId, modelSha256, promptSetId, settings, score, threshold },
      wasBlind: wasBlind && !wasOpened(image.datasetId),
    };
  }

  /** Whether scores of a data set were ever shown: whatever a window says, nobody is blind to them then. */
  function wasOpened(datasetId: number): boolean {
    const reading = readingSchema.safeParse(repositories.settings.get(readingSettingKey(datasetId)));
    return reading.success && reading.data.openedAtMs !== null;
  }

  /** Adds a row at the end of an image's trail. */
  function append(
    { datasetId, path }: DatasetImage,
    said: Pick<Verdict, 'value' | 'note' | 'basis' | 'restoresId'>,
  ): Verdict {
    return verdicts.insert({
      ...said,
      datasetId,
      imagePath: path,
      author: authorName(repositories),
      createdAtMs: Date.now(),
      supersedesId: verdicts.newest(datasetId, path)?.id ?? null,
    });
  }

  function tell(imageId: number, verdict: Verdict): Verdict {
    events.emit({ event: 'verdicts.changed', datasetId: verdict.datasetId, imageId });
    return verdict;
  }

  return {
    'verdicts.record': ({ imageId, value, note, runId, threshold, wasBlind }) => {
      const verdict = database.transaction(() => {
        const image = requireImage(imageId);
        const basis = runId === null ? null : basisOf(image, { runId, threshold, wasBlind });
        return append(image, { value, note, basis, restoresId: null });
      });
      return tell(imageId, verdict);
    },
    'verdicts.undo': ({ verdictId }) => {
      const { imageId, verdict } = database.transaction(() => {
        const undone = verdicts.get(verdictId);
        if (undone === null) throw new WorkbenchError('not-found', `There is no verdict ${verdictId}.`);
        const { datasetId, imagePath } = undone;
        const image = images.byPath(datasetId, imagePath);
        if (image === null) {
          throw new WorkbenchError(
            'not-found',
            `${imagePath} is no longer in its data set, so its verdict cannot be undone. Import the folder again once the file is back.`,
          );
        }
        const newest = verdicts.newest(datasetId, imagePath);
        // Undoing step by step: after the undo of a later verdict this one holds again, by way of a newer row.
        if (newest?.id !== verdictId && newest?.restoresId !== verdictId) {
          throw new WorkbenchError(
            'busy',
            `The verdict on ${imagePath} was not undone: another one was given since. Look at the newer one first.`,
          );
        }
        const before = undone.supersedesId === null ? null : verdicts.get(undone.supersedesId);
        return {
          imageId: image.id,
          verdict: append(image, {
            value: before?.value ?? null,
            note: before?.note ?? '',
            basis: before?.basis ?? null,
            restoresId: before === null ? null : (before.restoresId ?? before.id),
          }),
        };
      });
      return tell(imageId, verdict);
    },
    'verdicts.trail': ({ imageId }) => {
      const { datasetId, path } = requireImage(imageId);
      return { verdicts: verdicts.trail(datasetId, path) };
    },
    'verdicts.list': ({ datasetId, afterId, limit }) => {
      requireDataset(datasetId);
      return { verdicts: verdicts.pageAfter(datasetId, afterId, limit) };
    },
    'verdicts.export': async ({ datasetId, file: wanted }) => {
      requireDataset(datasetId);
      const file = resolve(wanted);
      return { file, count: await writeVerdicts(repositories, datasetId, file) };
    },
  };
}
