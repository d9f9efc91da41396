import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { ComputeSettings } from '../../../src-shared/domain/compute-settings.ts';
import type { Training } from '../../../src-shared/domain/training.ts';
import { countOf } from '../../../src-shared/text/count-of.ts';
import { sha256OfFile } from '../../system/hash-file.ts';
import type { ComputeParams } from '../../compute/protocol.ts';
import { ComputeReplaced, type ComputeClient } from '../compute-client/compute-client.ts';
import type { Log } from '../core.ts';
import type { Repositories } from '../db/repositories.ts';
import type { StoredCheckpoint } from '../db/training-checkpoints-repository.ts';
import { fromSystemError, systemErrorCode } from '../error-report.ts';
import type { EventBus } from '../event-bus.ts';
import { defineJobKind, type JobContext } from '../jobs/job-kind.ts';
import type { LibraryFolders } from '../library/library-folders.ts';
import { epochBatches, learningRateOf } from './epoch-order.ts';
import { examineCheckpoint } from './examine-checkpoint.ts';
import { createLossWriter, type LossWriter } from './loss-writer.ts';
import { provenanceMetadata, provenanceOf } from './provenance.ts';
import { featureBytesOf, readTrainingImages, toOpenImage, versionHashOf } from './training-images.ts';
import { createTrainingPace, type TrainingPace } from './training-pace.ts';
import { trainingSetRemoved } from './training-set-removed.ts';
import { createTrainingSession, type TrainingSession } from './training-session.ts';

/** Nothing: a training names its job. */
const payloadSchema = z.object({});

export interface TrainingJobOptions {
  readonly repositories: Repositories;
  readonly compute: ComputeClient;
  readonly folders: LibraryFolders;
  readonly events: EventBus;
  readonly computeSettings: () => ComputeSettings;
  /** How much the features of images may take on the disk. */
  readonly featureLimitBytes: () => number;
  readonly version: string;
  readonly log: Log;
}

/** So often may the process die without an epoch being finished in between. */
const mostCrashes = 3;

interface Learning extends TrainingJobOptions {
  readonly training: Training;
  readonly context: JobContext;
  readonly images: OpenParams['images'];
  readonly model: OpenParams['model'];
  readonly featureCache: OpenParams['featureCache'];
  readonly session: TrainingSession;
  readonly losses: LossWriter;
  readonly pace: TrainingPace;
}

type OpenParams = ComputeParams<'training.open'>;

/**
 * Learns prompts: features of all images first, then epochs of seeded batches, a checkpoint after each. What is done is in
 * checkpoints; whatever stops it, it goes on from the last one and comes to the same prompts, bit for bit, because the order of
 * images and the learning rate depend on seed and epoch alone.
 */
export function createTrainingJobKind(options: TrainingJobOptions) {
  const { repositories, events } = options;
  return defineJobKind({
    kind: 'training',
    lane: 'compute',
    payloadSchema,
    async run(_, context) {
      const training = repositories.trainings.ofJob(context.jobId);
      if (training === null)
        throw new WorkbenchError('not-found', 'The training was removed; there is nothing to go on with.');
      const learning = await setUp(options, training, context);
      try {
        await learn(learning);
      } finally {
        learning.losses.tellRest();
        const closing = learning.session.close();
        // A cancelled one is let go of as well, but nobody waits for it.
        if (!context.signal.aborted) await closing;
      }
    },
    onSettled(_, jobId) {
      const training = repositories.trainings.ofJob(jobId);
      if (training !== null) events.emit({ event: 'trainings.changed', trainingId: training.id });
    },
  });
}

/** Finds everything that the training was begun with. Throws where something of it is gone or is another now. */
async function setUp(
  options: TrainingJobOptions,
  training: Training,
  context: JobContext,
): Promise<Learning> {
  const { repositories, folders, compute } = options;
  const { datasetId, settings, methodId } = training;
  const dataset = datasetId === null ? null : repositories.datasets.getCore(datasetId);
  if (dataset === null) throw trainingSetRemoved(training);
  const model = repositories.models.get(training.modelId);
  if (model?.sha256 !== training.modelSha256)
    throw new WorkbenchError(
      model === null ? 'not-found' : 'incompatible',
      model === null
        ? `The model «${training.modelId}» of this training was removed. Import it again under the same name, then resume.`
        : `Another model is «${training.modelId}» now than the one this training began with. Start a new training.`,
    );
  const scope = { datasetId: dataset.id, classNames: training.classNames };
  const { images } = readTrainingImages(repositories, scope, methodId, settings);
  if (versionHashOf(images) !== training.versionHash)
    throw new WorkbenchError(
      'incompatible',
      `Images, labels or masks of «${dataset.name}» are others now than when this training began. Start a new one; the checkpoints that there are can be kept.`,
    );
  const openImages: OpenParams['images'] = [];
  for (const [index, image] of images.entries()) {
    context.signal.throwIfAborted();
    context.report({ done: index, total: images.length, message: 'Reading masks' });
    openImages.push(await toOpenImage(repositories.images, dataset.root, image, settings.imageSizePx));
  }
  const stored = { folder: folders.model(model.id), config: model.config };
  // What one epoch drops the next would have to compute again, so that a training's own features always have room.
  const ownBytes = images.length * featureBytesOf(methodId, settings, model);
  const limitBytes = Math.max(options.featureLimitBytes(), Math.ceil(ownBytes * 1.1));
  const featureCache = { folder: folders.features, limitBytes };
  const session = createTrainingSession(
    compute,
    {
      ...{ model: stored, methodId, settings, images: openImages, featureCache },
      classNames: [...new Set(images.map(({ className }) => className))],
      compute: options.computeSettings(),
    },
    context.signal,
  );
  const losses = createLossWriter({ ...options, context, trainingId: training.id });
  try {
    await mkdir(folders.training(training.id), { recursive: true });
  } catch (thrown) {
    throw fromSystemError(thrown, folders.training(training.id));
  }
  return {
    ...{ ...options, training, context, images: openImages, model: stored, featureCache, session, losses },
    pace: createTrainingPace(),
  };
}

/** Until the last epoch has its checkpoint, over deaths of the compute process. */
async function learn(learning: Learning): Promise<void> {
  const { training, context } = learning;
  let crashes = 0;
  let last = await lastCheckpoint(learning);
  while (last === null || last.checkpoint.epoch < training.settings.epochs || !last.isExamined) {
    context.signal.throwIfAborted();
    if (last !== null && !last.isExamined) {
      last = await examine(learning, last);
      continue;
    }
    try {
      last = await learnEpoch(learning, last);
      crashes = 0;
    } catch (thrown) {
      if (context.signal.aborted) throw thrown;
      // Ended for somebody else's sake: no fault of this training.
      if (thrown instanceof ComputeReplaced) continue;
      if (!(thrown instanceof WorkbenchError) || thrown.code !== 'compute-crashed') throw thrown;
      crashes += 1;
      if (crashes >= mostCrashes) throw thrown;
      learning.log('warn', `Training ${training.id} goes on from its last checkpoint: ${thrown.message}`);
    }
  }
}

/** The newest checkpoint whose file is whole; newer ones that are not are forgotten and learned again. */
async function lastCheckpoint(learning: Learning): Promise<StoredCheckpoint | null> {
  const { repositories, training, context, log } = learning;
  for (const stored of repositories.trainingCheckpoints.list(training.id).toReversed()) {
    const file = fileOfCheckpoint(learning, stored);
    if ((await hashOf(file)) === stored.checkpoint.sha256) return stored;
    log('warn', `${file} is gone or damaged: epoch ${stored.checkpoint.epoch} is learned again`);
    context.store(() => {
      repositories.trainingCheckpoints.remove(stored.checkpoint.id);
    });
  }
  return null;
}

async function hashOf(file: string): Promise<string | null> {
  try {
    return await sha256OfFile(file);
  } catch (thrown) {
    if (systemErrorCode(thrown) === null) throw thrown;
    return null;
  }
}

function fileOfCheckpoint({ folders, training }: Learning, { storedFile }: StoredCheckpoint): string {
  return join(folders.training(training.id), storedFile);
}

/** One epoch from the checkpoint before it to its own. */
async function learnEpoch(learning: Learning, last: StoredCheckpoint | null): Promise<StoredCheckpoint> {
  const { repositories, training, context, session, losses, images, events, pace } = learning;
  const { settings } = training;
  const done = last?.checkpoint.epoch ?? 0;
  const epoch = done + 1;
  context.store(() => {
    repositories.trainings.dropLossesAfter(training.id, done);
  });
  losses.takeMeans();
  const { isNew } = await session.standAt(done, last === null ? null : fileOfCheckpoint(learning, last));
  if (isNew) await prepareAll(learning);
  const total = images.length * settings.epochs;
  const message = `Epoch ${epoch} of ${settings.epochs}`;
  const batches = epochBatches(images.length, settings.batchSize, settings.seed, epoch);
  const learningRate = learningRateOf(settings, epoch);
  let doneImages = done * images.length;
  // Every epoch that is not done yet ends with a checkpoint to examine.
  const examinations = settings.epochs - done;
  const tell = (said: string) => {
    const secondsLeft = pace.secondsLeft({ images: total - doneImages, examinations });
    context.report({ done: doneImages, total, message: said, secondsLeft });
  };
  tell(message);
  for (const [index, batch] of batches.entries()) {
    const beganMs = performance.now();
    const { parts, total: loss, durationMs } = await session.step(batch, learningRate);
    const step = done * batches.length + index + 1;
    losses.add({ step, epoch, parts, total: loss }, batch.length, durationMs);
    doneImages += batch.length;
    pace.stepped(batch.length, performance.now() - beganMs);
    tell(`${message}, loss ${loss.toPrecision(4)}`);
  }
  losses.flush();
  const saved = await saveCheckpoint(learning, epoch);
  events.emit({ event: 'trainings.changed', trainingId: training.id });
  return saved;
}

async function prepareAll({ repositories, training, context, session, images }: Learning): Promise<void> {
  let computed = 0;
  let computedMs = 0;
  try {
    for (const index of images.keys()) {
      const { hit, durationMs } = await session.prepare(index);
      if (!hit) {
        computed += 1;
        computedMs += durationMs;
      }
      context.report({
        done: index + 1,
        total: images.length,
        message: `Features of images, ${countOf(computed, 'image')} computed anew`,
      });
    }
  } finally {
    if (!context.signal.aborted)
      context.store(() => {
        const prepared = { preparedImages: computed, preparedMs: computedMs };
        repositories.trainings.addTimes(training.id, { ...prepared, steppedImages: 0, steppedMs: 0 });
      });
  }
}

/** The file first, whole; then its row. A file without a row is written over when the epoch is learned again. */
async function saveCheckpoint(learning: Learning, epoch: number): Promise<StoredCheckpoint> {
  const { repositories, training, context, session, folders, version } = learning;
  const means = learning.losses.takeMeans();
  const storedFile = `epoch-${String(epoch).padStart(4, '0')}.safetensors`;
  const file = join(folders.training(training.id), storedFile);
  // Nothing in the file tells when it was written: learned again after a crash it is the same file.
  const provenance = provenanceOf(training, {
    ...{ epoch, losses: means, validation: null, version },
    createdAtMs: training.createdAtMs,
  });
  const sha256 = await session.save(epoch, file, provenanceMetadata(provenance));
  context.store(() => {
    repositories.trainingCheckpoints.insert({
      ...{ trainingId: training.id, epoch, storedFile, sha256, losses: means },
      createdAtMs: Date.now(),
    });
  });
  return requireCheckpoint(learning, epoch);
}

function requireCheckpoint({ repositories, training }: Learning, epoch: number): StoredCheckpoint {
  const stored = repositories.trainingCheckpoints.get(training.id, epoch);
  if (stored === null)
    throw new WorkbenchError('cancelled', 'The training was removed; there is nothing to go on with.');
  return stored;
}

/** Metrics on the validation set and maps of the probe images. */
async function examine(learning: Learning, stored: StoredCheckpoint): Promise<StoredCheckpoint> {
  const { repositories, training, context, events, images, pace } = learning;
  const beganMs = performance.now();
  const { epoch, id } = stored.checkpoint;
  const { epochs } = training.settings;
  const found = await examineCheckpoint({
    ...learning,
    epoch,
    computeSettings: learning.computeSettings(),
    checkpointFile: fileOfCheckpoint(learning, stored),
    signal: context.signal,
    onProgress: (done, total) => {
      const examining = { spentMs: performance.now() - beganMs, share: done / total };
      context.report({
        done: epoch * images.length,
        total: epochs * images.length,
        message: `Epoch ${epoch} of ${epochs}, looking at image ${done + 1} of ${total}`,
        secondsLeft: pace.secondsLeft({
          images: (epochs - epoch) * images.length,
          examinations: epochs - epoch + 1,
          examining,
        }),
      });
    },
  });
  pace.examined(performance.now() - beganMs);
  context.store(() => {
    if (found.rendering !== null) repositories.trainings.setRendering(training.id, found.rendering);
    repositories.trainingCheckpoints.setExamined(id, found);
  });
  events.emit({ event: 'trainings.changed', trainingId: training.id });
  return requireCheckpoint(learning, epoch);
}
