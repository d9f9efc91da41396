import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { paperSigmaPx } from '../../../src-shared/domain/image-size.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import type { MethodSettings } from '../../../src-shared/domain/method.ts';
import { objectWords } from '../../../src-shared/domain/hand-written-prompts.ts';
import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import type { TrainingSettings } from '../../../src-shared/domain/training.ts';
import { paperWording } from '../clip/prompt-wording.ts';
import { dpamNeeds, readDpam, requireConfig } from './defaults.ts';
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
  Method,
  MethodScore,
  NamedTensor,
  TextEncoder,
} from './method.ts';
import { fuseTexts, type FusedTexts, type PromptFusion } from './prompt-fusion.ts';
import { normalised, rowOf, type TextPair } from './similarity.ts';

const { name } = methodCatalogue.faprompt;
/** At 518 px. */
const releasedSigmaPx = 10;

/** Which patches make the prior: see `faPromptSelection` of the settings. */
export type PatchSelection = NonNullable<MethodSettings['faPromptSelection']>;

/** Of files that do not say it: published checkpoints come from the released code, and go with what it selects. */
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
  /** `object`: one of those that the scorer was made for; absent: the first. */
  score(features: ImageFeatures, selection: PatchSelection, object?: string): Promise<FaPromptResult>;
  release(): Promise<void>;
}

/** How prompts were learned; what is absent is the paper's. */
export interface FaPromptWording {
  /** What prompts call the objects; at least one. */
  readonly objects?: readonly string[];
  readonly stateWord?: string;
  readonly fusion?: PromptFusion;
  readonly priorFrom?: TrainingSettings['priorFrom'];
}

/** The prompts of one object, and what images are compared with before any is seen. */
interface ObjectTexts {
  readonly prompts: FaPromptPrompts;
  readonly normal: Features;
  readonly abnormal: Features;
  readonly base: FusedTexts;
}

/**
 * Makes CAP's text features and keeps the text encoder for DAP's, which differ from image to image (methods.md §6). Throws
 * `incompatible` where the prior network does not read what its prior is said to be made of.
 */
export async function createFaPromptScorer(
  tensors: ReadonlyMap<string, NamedTensor>,
  config: ClipConfig,
  textEncoder: TextEncoder,
  {
    objects = ['object'],
    stateWord = 'damaged',
    fusion = 'mean',
    priorFrom = 'patches',
  }: FaPromptWording = {},
): Promise<FaPromptScorer> {
  const all = objects.map((object) => faPromptPrompts(tensors, config, { object, stateWord }));
  const [first] = all;
  if (!first) throw new Error(`${name} was made for no object`);
  if (priorFrom === 'class' && first.prior.patches !== 1)
    throw new WorkbenchError(
      'incompatible',
      `The prior of these prompts is said to be made of the class token alone, but its network reads ${first.prior.patches} features. Import the prompts again.`,
    );
  const textOf = ({ abnormal }: FaPromptPrompts) => abnormal.texts[0] ?? '';
  const encoder = await textEncoder.keepLearned(first.abnormal, all.map(textOf));
  const texts = new Map<string, ObjectTexts>();
  for (const [index, prompts] of all.entries()) {
    const normal = await textEncoder.encodeLearned(prompts.normal);
    const abnormal = await encoder.encode(prompts.abnormal.contexts, textOf(prompts));
    // The prototype is the mean of the raw features (CAP).
    const base = fuseTexts(fusion, normalised(rowOf(normal, 0)), abnormal);
    texts.set(objects[index] ?? '', { prompts, normal, abnormal, base });
  }
  const of = (object = objects[0] ?? ''): ObjectTexts => {
    const found = texts.get(object);
    if (!found) throw new Error(`no text features were prepared for ${object}`);
    return found;
  };
  const { normal, abnormal, base } = of();
  return {
    normal,
    abnormal,
    base: base.pair,
    score: (features, selection, object) => {
      const { prompts, base: before } = of(object);
      const encode = async (contexts: Float32Array) =>
        fuseTexts(fusion, before.pair.normal, await encoder.encode(contexts, textOf(prompts)));
      return scoreImage(features, { prompts, before, encode, priorFrom, selection });
    },
    release: () => encoder.release(),
  };
}

interface ScoringTools {
  readonly prompts: FaPromptPrompts;
  readonly before: FusedTexts;
  encode(contexts: Float32Array): Promise<FusedTexts>;
  readonly priorFrom: TrainingSettings['priorFrom'];
  readonly selection: PatchSelection;
}

/**
 * Score = ½(p + (2·m1 + m2)/3) with p = P(abnormal | CLS) by adapted prompts and m1, m2 the largest patch score before and after
 * adapting; map = ¼(a1 + 1 - n1 + a2 + 1 - n2), which is ½(a1 + a2), since each pair is one softmax (methods.md §6; released
 * test.py). Without DAP the texts after are those before.
 */
async function scoreImage(features: ImageFeatures, tools: ScoringTools): Promise<FaPromptResult> {
  const { rawClassFeature, dpam, gridSize } = features;
  const [patches] = dpam?.values() ?? [];
  if (!rawClassFeature || !patches) throw new Error(`${name} was handed features that it did not ask for`);
  const { prompts, before } = tools;
  const mapBefore = before.probabilities(patches);
  const topPatchIndices = topPatches(mapBefore, prompts.prior.patches);
  const read = () => priorInputs(rawClassFeature, patches, topPatchIndices, tools);
  const after = prompts.prior.adapts
    ? await tools.encode(adaptedContexts(prompts, runPriorNetwork(prompts.prior, read())))
    : before;
  const mapAfter = prompts.prior.adapts ? after.probabilities(patches) : mapBefore;
  const largest = (scores: Float32Array) => scores.reduce((a, b) => Math.max(a, b));
  const ofPatches = (2 * largest(mapBefore) + largest(mapAfter)) / 3;
  const classRow = { rows: 1, width: rawClassFeature.length, data: rawClassFeature };
  return {
    score: ((after.probabilities(classRow)[0] ?? NaN) + ofPatches) / 2,
    patchMap: {
      rows: gridSize,
      columns: gridSize,
      data: mapBefore.map((value, patch) => (value + (mapAfter[patch] ?? NaN)) / 2),
    },
    topPatchIndices,
    adapted: after.pair,
  };
}

/** What the prior network reads: unit features, [k·width], of DPAM's ensemble too. Throws `bad-request` for an image of fewer patches. */
function priorInputs(
  classFeature: Float32Array,
  patches: Features,
  top: readonly number[],
  { prompts, priorFrom, selection }: ScoringTools,
): Float32Array {
  if (priorFrom === 'class') return normalised(classFeature);
  const k = prompts.prior.patches;
  if (patches.rows < k)
    throw new WorkbenchError(
      'bad-request',
      `${name} reads ${k} patches, but an image of this size has only ${patches.rows}. Choose a larger image size.`,
    );
  // The released code finds the top k and then takes the first k patches of the image.
  const chosen = selection === 'paper' ? top : Array.from({ length: k }, (_, patch) => patch);
  return joinPatches(patches, chosen);
}

/** FAPrompt (ICCV 2025) with learned prompts, inference as in its released code. */
export const faPromptMethod: Method = {
  ...methodCatalogue.faprompt,
  needs: (config, settings) => needsOf(requireConfig(config, name), settings),
  rendering(config, settings) {
    const { imageSizePx: sizePx } = needsOf(requireConfig(config, name), settings);
    return { sizePx, sigmaPx: settings.sigmaPx ?? paperSigmaPx(releasedSigmaPx, sizePx) };
  },
  async prepare({ config, textEncoder, learnedPrompts, promptWording, settings, classNames }) {
    if (!textEncoder) throw new Error(`${name} was prepared without a text encoder`);
    if (!learnedPrompts)
      throw new WorkbenchError(
        'needs-choice',
        `${name} needs learned prompts. Import a prompt file and choose it.`,
      );
    const { objectAware, stateWord, fusion, priorFrom, selection: own } = promptWording ?? paperWording;
    const objectOf = (className: string) =>
      objectAware === true ? objectWords(className, settings) : 'object';
    const scorer = await createFaPromptScorer(learnedPrompts, requireConfig(config, name), textEncoder, {
      objects: [...new Set(classNames.map(objectOf))],
      ...(stateWord === null ? {} : { stateWord }),
      ...(fusion === null ? {} : { fusion }),
      ...(priorFrom === null ? {} : { priorFrom }),
    });
    const selection = settings.faPromptSelection ?? own ?? defaultSelection;
    return {
      score: (features, className) =>
        scorer.score(readDpam(features, settings), selection, objectOf(className)),
      release: () => scorer.release(),
    };
  },
};
