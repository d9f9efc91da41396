import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { ParsedParams } from '../../../src-shared/contract/methods.ts';
import type { Model } from '../../../src-shared/domain/model.ts';
import {
  defaultTrainingSettings,
  type ImageScope,
  type TrainableMethodId,
  type TrainingPlan,
  type TrainingSettings,
} from '../../../src-shared/domain/training.ts';
import { countOf } from '../../../src-shared/text/count-of.ts';
import type { DatasetCore } from '../db/datasets-repository.ts';
import type { Repositories } from '../db/repositories.ts';
import { findOverlap } from './find-overlap.ts';
import {
  classNamesOfScope,
  featureBytesOf,
  readTrainingImages,
  versionHashOf,
  versionHashOfScope,
  type TrainingImages,
} from './training-images.ts';

export type TrainingOrder = ParsedParams<'trainings.plan'>;

export interface PlanOptions {
  readonly repositories: Repositories;
  readonly signal: AbortSignal;
}

/** An order with everything that it names found. */
export interface ResolvedOrder {
  readonly model: Model;
  readonly dataset: DatasetCore;
  readonly settings: TrainingSettings;
  readonly scope: ImageScope;
  readonly found: TrainingImages;
}

type Warning = TrainingPlan['warnings'][number];

/** Fewer images than this teach their own accidents. */
const fewImages = 16;

/**
 * Throws `not-found` for a model, data set or class that is not there, `busy` for a set that is being imported, `bad-request`
 * for settings that the model cannot have.
 */
export function resolveOrder(repositories: Repositories, order: TrainingOrder): ResolvedOrder {
  const { methodId, modelId, datasetId, classNames } = order;
  const model = repositories.models.get(modelId);
  if (model === null) throw new WorkbenchError('not-found', `There is no model «${modelId}».`);
  const dataset = requireReady(repositories, datasetId);
  const settings = { ...defaultTrainingSettings(methodId, model.config), ...definedOf(order.settings) };
  requireFit(methodId, settings, model);
  if (order.validation !== null) {
    requireReady(repositories, order.validation.datasetId);
    classNamesOfScope(repositories, order.validation);
  }
  const scope = { datasetId, classNames };
  return {
    model,
    dataset,
    settings,
    scope,
    found: readTrainingImages(repositories, scope, methodId, settings),
  };
}

function definedOf<T extends object>(wishes: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(wishes).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}

function requireReady({ datasets, jobs }: Repositories, datasetId: number): DatasetCore {
  const dataset = datasets.getCore(datasetId);
  if (dataset === null) throw new WorkbenchError('not-found', `There is no data set ${datasetId}.`);
  const isImported = jobs
    .listActive()
    .some((job) => job.kind === 'dataset-import' && job.datasetId === datasetId);
  if (isImported) {
    throw new WorkbenchError(
      'busy',
      `«${dataset.name}» is still being imported. Start the training when that is finished.`,
    );
  }
  return dataset;
}

/** What would fail in the middle otherwise. */
function requireFit(methodId: TrainableMethodId, settings: TrainingSettings, { config, name }: Model): void {
  const refuse = (message: string) => {
    throw new WorkbenchError('bad-request', message);
  };
  const { vision, text } = config;
  if (settings.imageSizePx % vision.patchSize !== 0)
    refuse(
      `An image size of ${settings.imageSizePx} px is not a multiple of the patch of «${name}», ${vision.patchSize} px.`,
    );
  const layer = settings.layers.find((one) => one > vision.layers);
  if (layer !== undefined) refuse(`«${name}» has ${vision.layers} blocks; there is no layer ${layer}.`);
  if (settings.dpamBlocks > vision.layers)
    refuse(
      `«${name}» has ${vision.layers} blocks; ${settings.dpamBlocks} cannot have a second attention path.`,
    );
  if (settings.deepBlocks > text.layers - 1)
    refuse(
      `The text encoder of «${name}» has ${text.layers} blocks; at most ${text.layers - 1} can have tokens of their own.`,
    );
  if (settings.deepBlocks > 0 && settings.deepLength > text.contextLength - 2)
    refuse(`${settings.deepLength} tokens a block do not fit into ${text.contextLength} positions.`);
  const words = settings.contextLength + (methodId === 'faprompt' ? settings.abnormalWords : 0);
  if (words > text.contextLength - 6)
    refuse(`${words} learnable words leave no room for the object in ${text.contextLength} positions.`);
  const patches = (settings.imageSizePx / vision.patchSize) ** 2;
  if (methodId === 'faprompt' && settings.priorPatches > patches)
    refuse(`An image of ${settings.imageSizePx} px has ${patches} patches, not ${settings.priorPatches}.`);
  if (methodId !== 'coop' && !settings.globalLoss && !settings.localLoss)
    refuse('Without the image loss and the pixel losses there is nothing to learn by. Leave one of them on.');
}

/** Counts, warnings and cost. Throws as `resolveOrder`, and what `signal` is aborted with. */
export async function planTraining(options: PlanOptions, order: TrainingOrder): Promise<TrainingPlan> {
  const { repositories } = options;
  const resolved = resolveOrder(repositories, order);
  const { settings, found, model } = resolved;
  const { images, anomalousCount, withoutMask } = found;
  const times = repositories.trainings.timesOf({
    methodId: order.methodId,
    modelSha256: model.sha256,
    imageSizePx: settings.imageSizePx,
  });
  return {
    settings,
    imageCount: images.length,
    anomalousCount,
    withoutMask,
    stepsPerEpoch: Math.ceil(images.length / settings.batchSize),
    versionHash: versionHashOf(images),
    validationVersionHash:
      order.validation === null ? null : versionHashOfScope(repositories, order.validation),
    warnings: [...warnOfImages(found), ...(await warnOfOverlap(options, order))],
    featureBytes: images.length * featureBytesOf(order.methodId, settings, model),
    estimate:
      times.steppedImages === 0
        ? null
        : {
            featureSeconds:
              times.preparedImages === 0
                ? 0
                : (images.length * times.preparedMs) / times.preparedImages / 1000,
            epochSeconds: (images.length * times.steppedMs) / times.steppedImages / 1000,
          },
  };
}

function warnOfImages({
  images,
  anomalousCount,
  withoutMask,
  leavesOut,
  unlabelled,
}: TrainingImages): Warning[] {
  const warnings: Warning[] = [];
  const goodCount = images.length - anomalousCount;
  if (withoutMask > 0) {
    const have = `${countOf(withoutMask, 'anomalous image')} ${withoutMask === 1 ? 'has' : 'have'} no mask`;
    warnings.push({
      code: 'without-mask',
      message: leavesOut
        ? `${have} and ${withoutMask === 1 ? 'is' : 'are'} left out: the pixel losses would learn that nothing in ${withoutMask === 1 ? 'it' : 'them'} is anomalous.`
        : `${have}; only the image loss learns from ${withoutMask === 1 ? 'it' : 'them'}.`,
    });
  }
  if (unlabelled > 0)
    warnings.push({
      code: 'unlabelled',
      message: `${countOf(unlabelled, 'image')} without a label ${unlabelled === 1 ? 'is' : 'are'} left out.`,
    });
  if (images.length > 0 && (goodCount === 0 || anomalousCount === 0))
    warnings.push({
      code: 'one-label',
      message:
        anomalousCount === 0
          ? 'Nothing anomalous is learned from: the prompts would learn to call everything good.'
          : 'Nothing good is learned from: the image loss would learn to call every image anomalous.',
    });
  if (images.length > 0 && images.length < fewImages)
    warnings.push({
      code: 'few-images',
      message: `${countOf(images.length, 'image')} ${images.length === 1 ? 'is' : 'are'} few to learn from: expect prompts that know these images and no others.`,
    });
  return warnings;
}

async function warnOfOverlap(
  options: PlanOptions,
  { datasetId, classNames, validation }: TrainingOrder,
): Promise<Warning[]> {
  if (validation === null) return [];
  const { repositories } = options;
  const learned = { datasetId, classNames: classNamesOfScope(repositories, { datasetId, classNames }) };
  const judged = {
    datasetId: validation.datasetId,
    classNames: classNamesOfScope(repositories, validation),
  };
  const shared = learned.classNames.filter((name) => judged.classNames.includes(name));
  if (datasetId === validation.datasetId && shared.length > 0) {
    const named = shared.slice(0, 5).map((name) => `«${name}»`);
    return [
      {
        code: 'same-set',
        message: `The validation images of ${named.join(', ')}${shared.length > named.length ? ` and ${countOf(shared.length - named.length, 'other class', 'other classes')}` : ''} are learned from too: their metrics will look better than they are.`,
      },
    ];
  }
  const { count, example } = await findOverlap(options, judged, learned);
  return count === 0
    ? []
    : [
        {
          code: 'overlap',
          message: `${countOf(count, 'validation image')} ${count === 1 ? 'has' : 'have'} the same content as an image that is learned from (${example ?? ''}): metrics will look better than they are.`,
        },
      ];
}
