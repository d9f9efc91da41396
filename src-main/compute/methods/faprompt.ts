import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import type { MethodSettings } from '../../../src-shared/domain/method.ts';
import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import { dpamNeeds, requireConfig } from './defaults.ts';
import {
  adaptedContexts,
  faPromptPrompts,
  runPriorNetwork,
  type FaPromptPrompts,
} from './faprompt-prompts.ts';
import type {
  FeatureNeeds,
  Features,
  ImageFeatures,
  LearnedEncoder,
  Method,
  MethodScore,
  NamedTensor,
  TextEncoder,
} from './method.ts';
import {
  abnormalProbabilities,
  abnormalProbability,
  meanFeature,
  normalised,
  rowOf,
  type TextPair,
} from './similarity.ts';

const { name } = methodCatalogue.faprompt;
const defaultSigmaPx = 10;

/** Which patches make the prior: see `faPromptSelection` of the settings. */
export type PatchSelection = NonNullable<MethodSettings['faPromptSelection']>;

/** All published checkpoints come from the released code, and go with what it selects. */
const defaultSelection: PatchSelection = 'released';

function needsOf(config: ClipConfig, settings: MethodSettings): FeatureNeeds {
  return dpamNeeds(config, settings, [config.vision.layers]);
}

/** Indices of the k most abnormal patches, the most abnormal first (FAPrompt §3.3). */
export function topPatches(abnormal: Float32Array, k: number): readonly number[] {
  return [...abnormal.keys()].sort((a, b) => (abnormal[b] ?? 0) - (abnormal[a] ?? 0) || a - b).slice(0, k);
}

/** Unit features of the chosen patches one behind the other, [k·width]. */
function joinPatches(patches: Features, rows: readonly number[]): Float32Array {
  const joined = new Float32Array(rows.length * patches.width);
  for (const [i, row] of rows.entries()) joined.set(normalised(rowOf(patches, row)), i * patches.width);
  return joined;
}

/** Everything that FAPrompt computes of one image; `topPatchIndices` are the true top k whatever the selection. */
export interface FaPromptResult extends MethodScore {
  readonly topPatchIndices: readonly number[];
  readonly adapted: TextPair;
}

/** FAPrompt with its text features made: `base` is the pair before any image is seen, `normal` and `abnormal` its raw features. */
export interface FaPromptScorer {
  readonly normal: Features;
  readonly abnormal: Features;
  readonly base: TextPair;
  score(features: ImageFeatures, selection: PatchSelection): Promise<FaPromptResult>;
  release(): Promise<void>;
}

/** Makes CAP's text features and keeps the text encoder for DAP's, which differ from image to image (methods.md §6). */
export async function createFaPromptScorer(
  tensors: ReadonlyMap<string, NamedTensor>,
  config: ClipConfig,
  textEncoder: TextEncoder,
  stateWord = 'damaged',
): Promise<FaPromptScorer> {
  const prompts = faPromptPrompts(tensors, config, stateWord);
  const normal = await textEncoder.encodeLearned(prompts.normal);
  const encoder = await textEncoder.keepLearned(prompts.abnormal);
  const abnormal = await encoder.encode(prompts.abnormal.contexts);
  // The prototype is the mean of the raw features (CAP).
  const base = { normal: normalised(rowOf(normal, 0)), abnormal: meanFeature(abnormal) };
  return {
    normal,
    abnormal,
    base,
    score: (features, selection) =>
      scoreImage(features, { prompts, base, encoder, layers: config.vision.layers, selection }),
    release: () => encoder.release(),
  };
}

interface ScoringTools {
  readonly prompts: FaPromptPrompts;
  readonly base: TextPair;
  readonly encoder: LearnedEncoder;
  readonly layers: number;
  readonly selection: PatchSelection;
}

/**
 * Score = ½(p + (2·m1 + m2)/3) with p = P(abnormal | CLS) by adapted prompts and m1, m2 the largest patch score before and after
 * adapting; map = ¼(a1 + 1 - n1 + a2 + 1 - n2), which is ½(a1 + a2), since each pair is one softmax (methods.md §6; released test.py).
 */
async function scoreImage(
  { rawClassFeature, dpam, gridSize }: ImageFeatures,
  { prompts, base, encoder, layers, selection }: ScoringTools,
): Promise<FaPromptResult> {
  const patches = dpam?.get(layers);
  if (!rawClassFeature || !patches) throw new Error(`${name} was handed features that it did not ask for`);
  const k = prompts.prior.patches;
  if (patches.rows < k)
    throw new WorkbenchError(
      'bad-request',
      `${name} reads ${k} patches, but an image of this size has only ${patches.rows}. Choose a larger image size.`,
    );
  const before = abnormalProbabilities(patches, base);
  const topPatchIndices = topPatches(before, k);
  // The released code finds the top k and then takes the first k patches of the image.
  const chosen = selection === 'paper' ? topPatchIndices : Array.from({ length: k }, (_, patch) => patch);
  const prior = runPriorNetwork(prompts.prior, joinPatches(patches, chosen));
  const adapted = {
    normal: base.normal,
    abnormal: meanFeature(await encoder.encode(adaptedContexts(prompts, prior))),
  };
  const after = abnormalProbabilities(patches, adapted);
  const largest = (scores: Float32Array) => scores.reduce((a, b) => Math.max(a, b));
  const ofPatches = (2 * largest(before) + largest(after)) / 3;
  return {
    score: (abnormalProbability(rawClassFeature, adapted) + ofPatches) / 2,
    patchMap: {
      rows: gridSize,
      columns: gridSize,
      data: before.map((value, patch) => (value + (after[patch] ?? NaN)) / 2),
    },
    topPatchIndices,
    adapted,
  };
}

/** FAPrompt (ICCV 2025) with learned prompts, inference as in its released code. */
export const faPromptMethod: Method = {
  ...methodCatalogue.faprompt,
  needs: (config, settings) => needsOf(requireConfig(config, name), settings),
  rendering: (config, settings) => ({
    sizePx: needsOf(requireConfig(config, name), settings).imageSizePx,
    sigmaPx: settings.sigmaPx ?? defaultSigmaPx,
  }),
  async prepare({ config, textEncoder, learnedPrompts, promptWording, settings }) {
    if (!textEncoder) throw new Error(`${name} was prepared without a text encoder`);
    if (!learnedPrompts)
      throw new WorkbenchError(
        'needs-choice',
        `${name} needs learned prompts. Import a prompt file and choose it.`,
      );
    const scorer = await createFaPromptScorer(
      learnedPrompts,
      requireConfig(config, name),
      textEncoder,
      promptWording?.stateWord ?? undefined,
    );
    const selection = settings.faPromptSelection ?? defaultSelection;
    return {
      score: (features) => scorer.score(features, selection),
      release: () => scorer.release(),
    };
  },
};
