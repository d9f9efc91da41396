import type { Dataset } from '../../src-shared/domain/dataset.ts';
import type { Job, JobState } from '../../src-shared/domain/job.ts';
import type { ClipConfig } from '../../src-shared/domain/model.ts';
import {
  trainableMethodNames,
  type TrainableMethodId,
  type Training,
  type TrainingPlan,
  type TrainingSettingName,
} from '../../src-shared/domain/training.ts';
import { formatSize } from '../../src-shared/text/format-size.ts';
import { say } from '../texts/say.ts';
import { formatDuration } from './format.ts';
import { describeState } from './job-words.ts';

export const methodSentences: Readonly<Record<TrainableMethodId, string>> = {
  anomalyclip: say(
    'One pair of prompts for «normal» and «anomalous» that names no object, learned from images and masks: the usual choice.',
  ),
  faprompt: say(
    'Several prompts for different kinds of anomalies, fitted to each image by its most anomalous patches. Slower to learn.',
  ),
  coop: say(
    'One pair of prompts a class, learned from the labels of images alone: no masks, and no better maps.',
  ),
};

/** Why fewer images than were chosen are looked at after each epoch; null where all are there. */
export function describeMissingProbes(
  { datasetId, probeImageIds }: Pick<Training, 'datasetId' | 'probeImageIds'>,
  presentCount: number,
): string | null {
  const count = probeImageIds.length - presentCount;
  if (count <= 0) return null;
  if (presentCount > 0)
    return say(
      '{count, plural, one {# image of this training is} other {# images of this training are}} not in the data set any more.',
      { count },
    );
  return datasetId === null
    ? say('The images of this training were removed with their data set. Curves and checkpoints are kept.')
    : say('The images of this training are not in a data set any more. Curves and checkpoints are kept.');
}

interface SettingWords {
  readonly name: string;
  /** What it does, in a sentence, or in which bounds it has to be; with the model's own where they depend on it. */
  readonly hint: string | ((config: ClipConfig) => string);
}

export const settingWords: Readonly<Record<TrainingSettingName, SettingWords>> = {
  imageSizePx: {
    name: say('Image size'),
    hint: ({ vision }) =>
      say('Pixels a side, a multiple of the model’s patch of {patch} px.', { patch: vision.patchSize }),
  },
  epochs: { name: say('Epochs'), hint: say('How often every image is learned from: 1 to 1,000.') },
  batchSize: { name: say('Batch'), hint: say('Images a step: 1 to 64.') },
  learningRate: { name: say('Learning rate'), hint: say('Above 0, at most 10.') },
  optimiser: { name: say('Optimiser'), hint: say('Adam with β 0.5 and 0.999; SGD with momentum 0.9.') },
  schedule: { name: say('Learning rate over the epochs'), hint: say('Constant, or falling to 0.') },
  seed: { name: say('Seed'), hint: say('The same seed gives the same prompts.') },
  contextLength: { name: say('Learnable words'), hint: say('Of each prompt: 1 to 64.') },
  deepBlocks: {
    name: say('Text blocks with tokens of their own'),
    hint: ({ text }) =>
      say('From the second block on: this model has {most}; 0: none.', { most: text.layers - 1 }),
  },
  deepLength: { name: say('Tokens a block'), hint: say('1 to 32.') },
  layers: {
    name: say('Layers learned from'),
    hint: ({ vision }) =>
      say('Blocks of the image encoder, 1 to {count} in this model, separated by commas.', {
        count: vision.layers,
      }),
  },
  dpam: { name: say('Attention of the map (DPAM)'), hint: say('Which attention the patches come from.') },
  dpamBlocks: {
    name: say('DPAM over the last blocks'),
    hint: ({ vision }) =>
      say('How many blocks have it: 1 to {count} in this model.', { count: vision.layers }),
  },
  objectAware: { name: say('Prompts name the class'), hint: say('Instead of «object».') },
  stateWord: { name: say('Word of the anomalous prompt'), hint: say('Such as «damaged».') },
  sharedWords: { name: say('Both prompts learn the same words'), hint: say('Normal and anomalous.') },
  globalLoss: { name: say('Loss of images'), hint: say('Learns from the label of the whole image.') },
  localLoss: { name: say('Loss of pixels'), hint: say('Learns from the masks.') },
  focal: { name: say('Focal loss'), hint: say('A part of the loss of pixels.') },
  dice: { name: say('Dice loss'), hint: say('A part of the loss of pixels.') },
  localWeight: { name: say('Weight of the loss of pixels'), hint: say('λ, 0 to 1,000.') },
  abnormalPrompts: { name: say('Anomalous prompts'), hint: say('K, 1 to 64.') },
  abnormalWords: { name: say('Words of each alone'), hint: say('E′, 1 to 32.') },
  priorPatches: { name: say('Patches of the prior'), hint: say('k, 1 to 64.') },
  selection: { name: say('Selection of patches'), hint: say('Paper and code differ here.') },
  cap: { name: say('Compound abnormality prompts (CAP)'), hint: say('Several prompts instead of one.') },
  dap: { name: say('Data-dependent prior (DAP)'), hint: say('Fits the prompts to each image.') },
  orthogonalWeight: {
    name: say('Weight of orthogonality'),
    hint: say('Keeps the prompts apart; 0 to 1,000.'),
  },
  priorWeight: { name: say('Weight of the prior'), hint: say('0 to 1,000.') },
  priorFrom: { name: say('Prior from'), hint: say('What of the image the prior is made of.') },
  fusion: { name: say('Fusion of the prompts'), hint: say('How several prompts become one.') },
};

/** What a setting does, or in which bounds it has to be for a model. */
export function settingHint(name: TrainingSettingName, config: ClipConfig): string {
  const { hint } = settingWords[name];
  return typeof hint === 'string' ? hint : hint(config);
}

/** Where a training stands: its job knows it first. */
export function stateOf(training: Training, job: Job | undefined): JobState {
  return job?.state ?? training.state;
}

/** `Running · epoch 3 of 15`. */
export function describeTraining(training: Training, state: JobState): string {
  const { epochsDone, settings } = training;
  return say('{state} · {done, number} of {epochs, plural, one {# epoch} other {# epochs}}', {
    state: describeState(state),
    done: epochsDone,
    epochs: settings.epochs,
  });
}

/** `AnomalyCLIP · model ViT-L · from 214 images of Felt, 92 anomalous · batch 8 · learning rate 0.001 · seed 111`. */
export function trainingFacts(training: Training): string {
  const { methodId, modelId, datasetName, imageCount, anomalousCount, settings } = training;
  return say(
    '{method} · model {model} · from {images, plural, one {# image} other {# images}} of {dataset}, {anomalous, number} anomalous · batch {batch, number} · learning rate {rate} · seed {seed}',
    {
      method: trainableMethodNames[methodId],
      model: modelId,
      dataset: datasetName,
      images: imageCount,
      anomalous: anomalousCount,
      batch: settings.batchSize,
      rate: String(settings.learningRate),
      seed: String(settings.seed),
    },
  );
}

/** What it learns from: counts of a plan. */
export function describePlan({ imageCount, anomalousCount, stepsPerEpoch, settings }: TrainingPlan): string {
  return say(
    'Learns from {images, plural, one {# image} other {# images}}, {anomalous, number} anomalous: {steps, plural, one {# step} other {# steps}} an epoch, {all, number} in all.',
    {
      images: imageCount,
      anomalous: anomalousCount,
      steps: stepsPerEpoch,
      all: stepsPerEpoch * settings.epochs,
    },
  );
}

/** What it takes: time by what was measured here, or that nothing was; and what of it nobody measured. */
export function describeTrainingCost(plan: TrainingPlan, isValidated: boolean): string {
  const cost = describeLearningCost(plan);
  if (!isValidated || plan.estimate === null) return cost;
  return `${cost} ${say('Measuring each epoch on the validation images comes on top of it.')}`;
}

function describeLearningCost({ estimate, featureBytes, settings }: TrainingPlan): string {
  const space = formatSize(featureBytes);
  if (estimate === null)
    return say(
      'How long it takes is not known: no such training was made on this machine yet. The features of its images take about {space}.',
      { space },
    );
  return say(
    'About {time}: {features} for the features of images, where they are not there yet, and {epoch} an epoch. The features take about {space}.',
    {
      time: formatDuration(Math.max(1, estimate.featureSeconds + estimate.epochSeconds * settings.epochs)),
      features: formatDuration(estimate.featureSeconds),
      epoch: formatDuration(estimate.epochSeconds),
      space,
    },
  );
}

/** The suggestion for the name of kept prompts. */
export function keptName(training: Training, epoch: number): string {
  return say('{name}, epoch {epoch}', { name: training.name.slice(0, 64), epoch: String(epoch) });
}

/** A loss with as many digits as tell two apart. */
export function formatLoss(value: number): string {
  return value.toPrecision(4);
}

/** `bottle (20 good, 63 anomalous)`. */
export function describeClass({ name, good, anomalous }: Dataset['classes'][number]): string {
  return say('{className} ({good, number} good, {anomalous, number} anomalous)', {
    className: name,
    good,
    anomalous,
  });
}
