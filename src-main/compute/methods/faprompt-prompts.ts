import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import { contextOf, deepTokensOf, promptTensor, widthError } from './learned-prompts.ts';
import type { LearnedPrompts, NamedTensor } from './method.ts';

/** Stand for learned words in the texts that are tokenised, as in the released code; their own embeddings are never used. */
const placeholders = { shared: 'N', abnormal: 'A' } as const;

/** The prior network Linear → ReLU → Linear (FAPrompt §3.3): from k patches' features to one word. */
export interface PriorNetwork {
  /** k: patches that are read. */
  readonly patches: number;
  readonly weight1: NamedTensor;
  readonly bias1: NamedTensor;
  readonly weight2: NamedTensor;
  readonly bias2: NamedTensor;
  /** False where it gives zeros whatever it reads, as it is left by a training without DAP. */
  readonly adapts: boolean;
}

export interface FaPromptPrompts {
  /** `[V1]…[VE] object.` */
  readonly normal: LearnedPrompts;
  /** K times `[V1]…[VE][A1]…[AE'] damaged object.`, the V shared with the normal one. */
  readonly abnormal: LearnedPrompts;
  /** E and E': words that are shared, and words of each abnormality, which the prior is added to. */
  readonly sharedWords: number;
  readonly abnormalWords: number;
  readonly prior: PriorNetwork;
}

/**
 * FAPrompt's prompts and prior network from the tensors of a checkpoint: ctx_pos [1, 1, E, width], ctx_neg [1, K, E', width],
 * patch_meta_net.linear{1,2}.{weight,bias}, compound_prompts_text.N [length, width] (methods.md §6). Numbers of words, prompts and
 * patches are read from the shapes. Throws `incompatible` where widths differ from the model's, `corrupt-file` for other tensors.
 */
export function faPromptPrompts(
  tensors: ReadonlyMap<string, NamedTensor>,
  config: ClipConfig,
  { object = 'object', stateWord = 'damaged' }: { object?: string; stateWord?: string } = {},
): FaPromptPrompts {
  const { width } = config.text;
  const shared = contextOf(tensors, 'ctx_pos', width);
  const abnormal = promptTensor(tensors, 'ctx_neg');
  const [one, prompts = 0, abnormalWords = 0, abnormalWidth = 0] = abnormal.shape;
  if (abnormal.shape.length !== 4 || one !== 1)
    throw new WorkbenchError(
      'corrupt-file',
      `The prompt set's ctx_neg has the shape [${abnormal.shape.join(', ')}] where [1, prompts, words, ${width}] is needed. Import the prompts again.`,
    );
  if (abnormalWidth !== width) throw widthError(abnormalWidth, width);
  const sharedWords = shared.data.length / width;
  const deep = deepTokensOf(tensors, width);
  const deepTokens = {
    deepLength: (deep[0]?.data.length ?? 0) / width,
    deepTokens: deep.map((tensor) => tensor.data),
  };
  const words = (word: string, count: number) => Array.from({ length: count }, () => word);
  const sharedText = words(placeholders.shared, sharedWords);
  const abnormalText = [
    ...sharedText,
    ...words(placeholders.abnormal, abnormalWords),
    `${stateWord} ${object}.`,
  ];
  return {
    normal: {
      texts: [[...sharedText, `${object}.`].join(' ')],
      contextLength: sharedWords,
      contexts: shared.data,
      ...deepTokens,
    },
    abnormal: {
      texts: words(abnormalText.join(' '), prompts),
      contextLength: sharedWords + abnormalWords,
      contexts: joinContexts(shared.data, abnormal.data, prompts),
      ...deepTokens,
    },
    sharedWords,
    abnormalWords,
    prior: priorNetwork(tensors, config),
  };
}

/** [prompts, E + E', width] */
function joinContexts(shared: Float32Array, abnormal: Float32Array, prompts: number): Float32Array {
  const each = abnormal.length / prompts;
  const contexts = new Float32Array(prompts * (shared.length + each));
  for (let prompt = 0; prompt < prompts; prompt++) {
    const start = prompt * (shared.length + each);
    contexts.set(shared, start);
    contexts.set(abnormal.subarray(prompt * each, (prompt + 1) * each), start + shared.length);
  }
  return contexts;
}

function priorNetwork(tensors: ReadonlyMap<string, NamedTensor>, config: ClipConfig): PriorNetwork {
  const get = (key: string) => promptTensor(tensors, `patch_meta_net.${key}`);
  const network = {
    weight1: get('linear1.weight'),
    bias1: get('linear1.bias'),
    weight2: get('linear2.weight'),
    bias2: get('linear2.bias'),
  };
  const [hidden = 0, inputs = 0] = network.weight1.shape;
  const patches = inputs / config.embeddingSize;
  const fits =
    Number.isInteger(patches) &&
    network.bias1.data.length === hidden &&
    network.weight2.shape.join() === [config.text.width, hidden].join() &&
    network.bias2.data.length === config.text.width;
  if (!fits)
    throw new WorkbenchError(
      'incompatible',
      `The prior network of these prompts reads ${inputs} values and gives ${network.bias2.data.length}, which does not fit this model's features (${config.embeddingSize}) and text width (${config.text.width}). Choose the model that they were trained with, or other prompts.`,
    );
  const adapts = [network.weight2, network.bias2].some(({ data }) => data.some((value) => value !== 0));
  return { patches, ...network, adapts };
}

/** Linear2(relu(Linear1(x))) */
export function runPriorNetwork(network: PriorNetwork, x: Float32Array): Float32Array {
  const hidden = affine(network.weight1, network.bias1, x).map((value) => Math.max(0, value));
  return affine(network.weight2, network.bias2, hidden);
}

/** W·x + b, W [out, in] as PyTorch stores it. */
function affine(weight: NamedTensor, bias: NamedTensor, x: Float32Array): Float32Array {
  const result = bias.data.slice();
  const { data } = weight;
  for (let row = 0, at = 0; row < result.length; row++) {
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += (data[at++] as number) * (x[i] as number);
    result[row] = (result[row] as number) + sum;
  }
  return result;
}

/** The abnormality prompts' learned words with the prior added to each word that is not shared, [prompts, E + E', width]. */
export function adaptedContexts(
  { abnormal, sharedWords, abnormalWords }: FaPromptPrompts,
  prior: Float32Array,
): Float32Array {
  const width = prior.length;
  const words = sharedWords + abnormalWords;
  return abnormal.contexts.map((value, i) =>
    Math.floor(i / width) % words < sharedWords ? value : value + (prior[i % width] ?? 0),
  );
}
