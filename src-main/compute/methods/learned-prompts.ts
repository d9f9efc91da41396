import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import type { LearnedPrompts, NamedTensor } from './method.ts';

/** Stands for one learned word in the text that is tokenised; its own embedding is never used. */
const placeholder = 'X';

/** The learned words that all objects share, [1, 1, words, width]. Throws as `anomalyClipPrompts` does. */
export function contextOf(
  tensors: ReadonlyMap<string, NamedTensor>,
  key: string,
  width: number,
): NamedTensor {
  const tensor = promptTensor(tensors, key);
  if (tensor.shape.at(-1) !== width) throw widthError(tensor.shape.at(-1) ?? 0, width);
  const length = tensor.shape.at(-2) ?? 0;
  if (tensor.data.length !== length * width)
    throw new WorkbenchError(
      'unsupported',
      `The prompt set's ${key} has the shape [${tensor.shape.join(', ')}], but one context for all objects, [1, 1, words, ${width}], is what can be used.`,
    );
  return tensor;
}

/** Throws `corrupt-file` where a prompt set lacks a tensor. */
export function promptTensor(tensors: ReadonlyMap<string, NamedTensor>, key: string): NamedTensor {
  const tensor = tensors.get(key);
  if (!tensor)
    throw new WorkbenchError(
      'corrupt-file',
      `The prompt set has no tensor ${key}. Import the prompts again.`,
    );
  return tensor;
}

export function widthError(promptWidth: number, modelWidth: number): WorkbenchError {
  return new WorkbenchError(
    'incompatible',
    `These learned prompts are ${promptWidth} wide, but this model's text transformer is ${modelWidth} wide. Choose the model that they were trained with, or other prompts.`,
  );
}

/** One tensor [tokens, width] for each block from the second on. Throws as `anomalyClipPrompts` does. */
export function deepTokensOf(
  tensors: ReadonlyMap<string, NamedTensor>,
  width: number,
): readonly NamedTensor[] {
  const found: NamedTensor[] = [];
  for (;;) {
    const tensor = tensors.get(`compound_prompts_text.${found.length}`);
    if (!tensor) return found;
    if (tensor.shape.at(-1) !== width) throw widthError(tensor.shape.at(-1) ?? 0, width);
    const [first = tensor] = found;
    if (tensor.data.length !== first.data.length)
      throw new WorkbenchError(
        'corrupt-file',
        `The prompt set's deep text tokens differ in number from block to block. Import the prompts again.`,
      );
    found.push(tensor);
  }
}

/**
 * AnomalyCLIP's two prompts, `[V1]…[VE] object .` and `[W1]…[WE] damaged object .`, from the tensors of a released checkpoint:
 * ctx_pos and ctx_neg [1, 1, E, width], compound_prompts_text.N [length, width] (methods.md §5).
 * Throws `incompatible` where widths differ from the model's, `corrupt-file` or `unsupported` for other tensors.
 */
export function anomalyClipPrompts(
  tensors: ReadonlyMap<string, NamedTensor>,
  config: ClipConfig,
  { object = 'object', stateWord = 'damaged' }: { object?: string; stateWord?: string } = {},
): LearnedPrompts {
  const { width } = config.text;
  const normal = contextOf(tensors, 'ctx_pos', width);
  const abnormal = contextOf(tensors, 'ctx_neg', width);
  if (normal.data.length !== abnormal.data.length)
    throw new WorkbenchError(
      'corrupt-file',
      'The prompt set has different numbers of learned words for normal and abnormal. Import the prompts again.',
    );
  const contextLength = normal.data.length / width;
  const words = Array.from({ length: contextLength }, () => placeholder).join(' ');
  const contexts = new Float32Array(2 * normal.data.length);
  contexts.set(normal.data);
  contexts.set(abnormal.data, normal.data.length);
  const deep = deepTokensOf(tensors, width);
  return {
    texts: [`${words} ${object}.`, `${words} ${stateWord} ${object}.`],
    contextLength,
    contexts,
    deepLength: (deep[0]?.data.length ?? 0) / width,
    deepTokens: deep.map((tensor) => tensor.data),
  };
}
