import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import { plainNeeds, plainScore, prepareTextPairs } from './clip.ts';
import { requireConfig } from './defaults.ts';
import { contextOf, promptTensor, widthError } from './learned-prompts.ts';
import type { LearnedPrompts, Method, NamedTensor } from './method.ts';
import { normalised, rowOf } from './similarity.ts';

const name = methodCatalogue.coop.name;
/** What the prompts call things where the file does not say it (methods.md §7). */
const ownStateWord = 'anomalous';
const agnosticObject = 'object';

/** The words of both prompts, [2, words, width], and how many each has. */
interface Contexts {
  readonly length: number;
  readonly data: Float32Array;
}

/**
 * `ctx` [words, width] for both prompts or [2, words, width]; while it is learned `ctx_pos` and `ctx_neg` [1, 1, words, width]. Throws
 * `incompatible` where widths differ from the model's, `corrupt-file` for other tensors.
 */
export function coopContexts(tensors: ReadonlyMap<string, NamedTensor>, { text }: ClipConfig): Contexts {
  const { width } = text;
  if (!tensors.has('ctx') && tensors.has('ctx_pos')) {
    const normal = contextOf(tensors, 'ctx_pos', width);
    return bothOf(normal, contextOf(tensors, 'ctx_neg', width), width);
  }
  const tensor = promptTensor(tensors, 'ctx');
  const { shape, data } = tensor;
  if (shape.at(-1) !== width) throw widthError(shape.at(-1) ?? 0, width);
  if (shape.length === 2) return bothOf(tensor, tensor, width);
  if (shape.length === 3 && shape[0] === 2) return { length: shape[1] ?? 0, data };
  throw new WorkbenchError(
    'corrupt-file',
    `The prompt set's ctx has the shape [${shape.join(', ')}] where [words, ${width}] or [2, words, ${width}] is needed. Import the prompts again.`,
  );
}

function bothOf(normal: NamedTensor, abnormal: NamedTensor, width: number): Contexts {
  if (normal.data.length !== abnormal.data.length)
    throw new WorkbenchError(
      'corrupt-file',
      'The prompt set has different numbers of learned words for normal and abnormal. Import the prompts again.',
    );
  const data = new Float32Array(2 * normal.data.length);
  data.set(normal.data);
  data.set(abnormal.data, normal.data.length);
  return { length: normal.data.length / width, data };
}

/** `[V1]…[VN] normal <object>.` and `[V1]…[VN] anomalous <object>.` */
function promptsOf({ length, data }: Contexts, object: string, stateWord: string): LearnedPrompts {
  const words = Array.from({ length }, () => 'X').join(' ');
  return {
    texts: [`${words} normal ${object}.`, `${words} ${stateWord} ${object}.`],
    contextLength: length,
    contexts: data,
    deepLength: 0,
    deepTokens: [],
  };
}

/** CoOp for anomaly detection: score and map as CLIP's, with learned words before the state and the object (methods.md §7). */
export const coopMethod: Method = {
  ...methodCatalogue.coop,
  needs: (config, settings) => plainNeeds(requireConfig(config, name), settings),
  rendering: (config, settings) => ({
    sizePx: plainNeeds(requireConfig(config, name), settings).imageSizePx,
    sigmaPx: settings.sigmaPx ?? 0,
  }),
  async prepare(context) {
    const { config, textEncoder, learnedPrompts, promptWording } = context;
    if (!textEncoder) throw new Error(`${name} was prepared without a text encoder`);
    if (!learnedPrompts)
      throw new WorkbenchError(
        'needs-choice',
        `${name} needs learned prompts. Learn or import some and choose them.`,
      );
    const contexts = coopContexts(learnedPrompts, requireConfig(config, name));
    const isAware = promptWording?.objectAware ?? true;
    const pairOf = await prepareTextPairs(context, async (className) => {
      const object = isAware ? className : agnosticObject;
      const features = await textEncoder.encodeLearned(
        promptsOf(contexts, object, promptWording?.stateWord ?? ownStateWord),
      );
      return { normal: normalised(rowOf(features, 0)), abnormal: normalised(rowOf(features, 1)) };
    });
    return { score: (features, className) => plainScore(features, pairOf(className)) };
  },
};
