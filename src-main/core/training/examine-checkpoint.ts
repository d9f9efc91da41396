import { join } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { ComputeSettings } from '../../../src-shared/domain/compute-settings.ts';
import { fileOf, type ImageCrop } from '../../../src-shared/domain/dataset.ts';
import { methodIdSchema, type MapRendering } from '../../../src-shared/domain/method.ts';
import {
  runSettingsOf,
  type CheckpointValidation,
  type Training,
  type ValidationScope,
} from '../../../src-shared/domain/training.ts';
import { packPatchMap } from '../../../src-shared/maps/patch-map-codec.ts';
import type { ComputeParams } from '../../compute/protocol.ts';
import type { ComputeClient } from '../compute-client/compute-client.ts';
import { createScanSession, type ScanSession } from '../compute-client/scan-session.ts';
import type { Log } from '../core.ts';
import type { Repositories } from '../db/repositories.ts';
import type { StoredProbe } from '../db/training-checkpoints-repository.ts';
import { evaluateRun } from '../evaluation/evaluate-run.ts';
import { makePause } from '../evaluation/make-pause.ts';
import { openPixelWorkers, type PixelWorkers } from '../evaluation/pixel-workers.ts';
import { mapRange } from '../scans/map-range.ts';
import { classNamesOfScope, versionHashOfScope } from './training-images.ts';

export interface ExamineOptions {
  readonly repositories: Repositories;
  readonly compute: ComputeClient;
  readonly training: Training;
  /** The checkpoint's. */
  readonly epoch: number;
  readonly model: ComputeParams<'training.open'>['model'];
  readonly checkpointFile: string;
  readonly featureCache: ComputeParams<'training.open'>['featureCache'];
  readonly computeSettings: ComputeSettings;
  readonly signal: AbortSignal;
  readonly log: Log;
  onProgress(done: number, total: number): void;
}

/** What was found out about a checkpoint. */
export interface Examination {
  readonly validation: CheckpointValidation | null;
  readonly probes: readonly StoredProbe[];
  readonly rendering: MapRendering | null;
  /** Why something of it is missing although it was asked for. */
  readonly problem: string | null;
}

/** An image to score, wherever it lies. */
interface Subject {
  readonly imageId: number;
  readonly imagePath: string;
  readonly className: string;
  readonly crop?: ImageCrop | undefined;
}

type Scored =
  | {
      readonly score: number;
      readonly patchMap: Uint8Array;
      readonly mapMin: number;
      readonly mapMax: number;
    }
  | { readonly message: string };

/**
 * Scores probe images and the validation set with a checkpoint, as an ordinary scan on cached features, and measures it with
 * the metrics of runs. What goes wrong is said in `problem`; only cancelling is thrown: a validation set that cannot be reached
 * must not cost a training.
 */
export async function examineCheckpoint(options: ExamineOptions): Promise<Examination> {
  const none: Examination = { validation: null, probes: [], rendering: null, problem: null };
  const { training, signal } = options;
  if (validationOf(options) === null && training.probeImageIds.length === 0) return none;
  try {
    return await examine(options);
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof WorkbenchError)) throw thrown;
    return { ...none, problem: thrown.message };
  }
}

async function examine(options: ExamineOptions): Promise<Examination> {
  const { compute, training, signal } = options;
  const probes = probeSubjects(options);
  const judged = validationSubjects(options);
  const subjects = new Map([...probes, ...judged.subjects].map((one) => [one.imageId, one]));
  const session = createScanSession(compute, {
    model: options.model,
    classNames: [...new Set([...subjects.values()].map(({ className }) => className))].sort(),
    methods: [
      {
        methodId: methodIdSchema.parse(training.methodId),
        promptFile: options.checkpointFile,
        settings: runSettingsOf(training.methodId, training.settings),
        references: [],
      },
    ],
    compute: options.computeSettings,
    featureCache: options.featureCache,
  });
  try {
    const [opened] = await session.ensureOpen(signal);
    if (opened?.ok !== true) {
      const { code = 'internal', message = 'The compute process does not answer for it.' } =
        opened?.error ?? {};
      throw new WorkbenchError(code, message);
    }
    const scored = await scoreAll(options, session, [...subjects.values()]);
    const drawn = probes.flatMap(({ imageId }): StoredProbe[] => {
      const one = scored.get(imageId);
      if (one === undefined || 'message' in one) return [];
      const { score, patchMap, mapMin, mapMax } = one;
      return [{ imageId, score, patchMap, mapMinimum: mapMin, mapMaximum: mapMax }];
    });
    const failed = [...scored.values()].find((one) => 'message' in one);
    const validation = judged.problem === null ? await measure(options, opened.rendering, scored) : null;
    return {
      validation,
      probes: drawn,
      rendering: opened.rendering,
      problem: judged.problem ?? (failed !== undefined && 'message' in failed ? failed.message : null),
    };
  } finally {
    const closing = session.close();
    if (!signal.aborted) await closing;
  }
}

/** Those that are still there. */
function probeSubjects({ repositories: { images }, training }: ExamineOptions): Subject[] {
  return images.byIds(training.probeImageIds).flatMap((image) => {
    const place = images.locate(image.id);
    return place === null
      ? []
      : [
          {
            imageId: image.id,
            imagePath: join(place.root, fileOf(place)),
            className: image.className,
            crop: place.crop,
          },
        ];
  });
}

/** Null where this checkpoint is not to be measured. */
function validationOf({ training, epoch }: ExamineOptions): ValidationScope | null {
  const { validation, settings } = training;
  return validation?.lastEpochOnly === true && epoch < settings.epochs ? null : validation;
}

function validationSubjects(options: ExamineOptions): {
  readonly subjects: readonly Subject[];
  readonly problem: string | null;
} {
  const validation = validationOf(options);
  if (validation === null) return { subjects: [], problem: null };
  const { repositories } = options;
  const dataset = repositories.datasets.getCore(validation.datasetId);
  if (dataset === null) return { subjects: [], problem: 'The validation set was removed: no metrics.' };
  const classNames = classNamesOfScope(repositories, validation);
  const files = repositories.labelledFiles.list(validation.datasetId, classNames);
  if (files.length === 0)
    return { subjects: [], problem: `«${dataset.name}» has no labelled image to measure on: no metrics.` };
  return {
    subjects: files.map((file) => ({
      imageId: file.id,
      imagePath: join(dataset.root, fileOf(file)),
      className: file.className,
      crop: file.crop,
    })),
    problem: null,
  };
}

async function scoreAll(
  { signal, onProgress }: ExamineOptions,
  session: ScanSession,
  subjects: readonly Subject[],
): Promise<Map<number, Scored>> {
  const scored = new Map<number, Scored>();
  for (const [index, subject] of subjects.entries()) {
    onProgress(index, subjects.length);
    scored.set(subject.imageId, await scoreOne(session, subject, signal, 2));
  }
  return scored;
}

/** One image; a process that dies over it is given another chance. */
async function scoreOne(
  session: ScanSession,
  subject: Subject,
  signal: AbortSignal,
  chances: number,
): Promise<Scored> {
  const { imagePath, className, crop } = subject;
  try {
    const [result] = await session.image(
      { imagePath, className, ...(crop === undefined ? {} : { crop }) },
      signal,
    );
    if (result === undefined) return { message: 'The compute process does not answer for this method.' };
    if (!result.ok) return { message: result.error.message };
    const { score, rows, columns, map } = result;
    return { score, patchMap: packPatchMap(rows, columns, map), ...mapRange(map) };
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof WorkbenchError)) throw thrown;
    if (thrown.code === 'compute-crashed' && chances > 1)
      return await scoreOne(session, subject, signal, chances - 1);
    return { message: thrown.message };
  }
}

/** Metrics as `evaluateRun` has them, of scores and maps in memory instead of a run's. */
async function measure(
  options: ExamineOptions,
  rendering: MapRendering,
  scored: ReadonlyMap<number, Scored>,
): Promise<CheckpointValidation | null> {
  const { repositories, signal, log } = options;
  const validation = validationOf(options);
  const dataset = validation === null ? null : repositories.datasets.getCore(validation.datasetId);
  if (validation === null || dataset === null) return null;
  const versionHash = versionHashOfScope(repositories, validation);
  let workers: PixelWorkers | null = null;
  try {
    const { classes, mean } = await evaluateRun({
      repositories: {
        images: {
          classNames: () => [...classNamesOfScope(repositories, validation)],
          drawnMask: repositories.images.drawnMask,
        },
        evaluations: {
          subjects: (runId, datasetId, className) =>
            repositories.evaluations.subjects(runId, datasetId, className).map((subject) => {
              const one = scored.get(subject.imageId);
              const result =
                one === undefined || 'message' in one
                  ? { score: null, error: one?.message ?? 'It came after the scan.' }
                  : { score: one.score, error: null };
              return { ...subject, ...result, durationMs: 0 };
            }),
        },
        results: {
          patchMap: (_, imageId) => {
            const one = scored.get(imageId);
            return one === undefined || 'message' in one ? null : one.patchMap;
          },
        },
      },
      // No run has this id: what is stored of runs is not read.
      run: { id: 0, datasetId: dataset.id, rendering, references: [], settings: {} },
      root: dataset.root,
      pause: makePause(signal),
      workers: (imageCount) => (workers ??= openPixelWorkers({ signal, imageCount, log })),
      onProgress: () => undefined,
    });
    return {
      classes: classes.map(({ className, image, pixel, notes }) => ({ className, image, pixel, notes })),
      mean: { image: mean.image, pixel: mean.pixel },
      versionHash,
    };
  } finally {
    await (workers as PixelWorkers | null)?.close();
  }
}
