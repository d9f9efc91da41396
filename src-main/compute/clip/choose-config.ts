import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type {
  Activation,
  ClipConfig,
  ModelAnswers,
  ModelQuestion,
} from '../../../src-shared/domain/model.ts';
import type { Checkpoint } from '../checkpoints/checkpoint.ts';
import { corrupt } from '../checkpoints/checkpoint-file.ts';
import type { ClipTensors } from './clip-tensors.ts';
import type { ClipSizes } from './read-clip-sizes.ts';
import type { SideConfig } from './side-config.ts';

/** A configuration, or the questions that are open before there is one. */
export interface ConfigChoice {
  readonly config: ClipConfig | null;
  readonly questions: readonly ModelQuestion[];
  readonly warnings: readonly string[];
}

/** Vision heads of open_clip's H, g and bigG by width and blocks (methods.md §1). */
const openClipLarge: readonly { width: number; layers: number; heads: number }[] = [
  { width: 1280, layers: 32, heads: 16 },
  { width: 1408, layers: 40, heads: 16 },
  { width: 1664, layers: 48, heads: 16 },
];

/** Head widths that CLIP models use; heads are offered where they divide the width. */
const headWidths = [64, 80, 88, 104, 32, 48, 96, 128];

/** OpenAI's models and open_clip's up to L have width / 64 heads, its H, g, bigG 16; null where nobody said so. */
function headsByRule(
  half: 'vision' | 'text',
  { width, layers }: { width: number; layers: number },
): number | null {
  if (half === 'vision') {
    const large = openClipLarge.find((model) => model.width === width && model.layers === layers);
    if (large) return large.heads;
  }
  return width <= 1024 && width % 64 === 0 ? width / 64 : null;
}

function askHeads(field: 'visionHeads' | 'textHeads', half: string, width: number): ModelQuestion {
  const choices = headWidths.filter((head) => width % head === 0).map((head) => width / head);
  return {
    field,
    message: `How many attention heads has the ${half} transformer (width ${width})? No tensor says it; its configuration or its author does.`,
    choices: choices.length > 0 ? choices : [1],
  };
}

const askActivation: ModelQuestion = {
  field: 'activation',
  message:
    'Which activation was this model trained with? OpenAI’s weights and open_clip’s «-quickgelu» models: quick_gelu; LAION’s and most other open_clip models: gelu. The wrong one gives maps that look right and are not.',
  choices: ['quick_gelu', 'gelu'],
};

/** OpenAI's own TorchScript files, by what only they have. Others save TorchScript too, and are asked about. */
function isOpenAi({ container, rootClass }: Checkpoint, { hasOpenAiSizes }: ClipTensors): boolean {
  if (rootClass?.includes('open_clip')) return false;
  return (
    hasOpenAiSizes || (container === 'torchscript' && /\.multimodal\.|\.clip\.model\./.test(`${rootClass}.`))
  );
}

/**
 * Completes sizes by heads, activation and epsilon: from the configuration beside the file or what the file itself proves, else from
 * the user's answers, else (heads) from the families' rule, else questions. Throws `bad-request` for impossible answers.
 */
export function chooseConfig(
  checkpoint: Checkpoint,
  tensors: ClipTensors,
  sizes: ClipSizes,
  side: SideConfig | null,
  answers: ModelAnswers,
): ConfigChoice {
  const questions: ModelQuestion[] = [];
  const warnings: string[] = [...(side?.warnings ?? [])];
  const openAi = tensors.naming === 'openai' && isOpenAi(checkpoint, tensors);

  function settle<T extends string | number>(
    known: T | null,
    answer: T | undefined,
    question: ModelQuestion,
  ): T | null {
    if (known !== null) {
      if (answer !== undefined && answer !== known) {
        warnings.push(
          `${question.field} is ${known} according to the model itself; your answer ${answer} was not used.`,
        );
      }
      return known;
    }
    if (answer !== undefined) return answer;
    questions.push(question);
    return null;
  }

  function heads(half: 'vision' | 'text'): number | null {
    const field = `${half}Heads` as const;
    const size = sizes[half];
    const path = `${tensors.prefix}${half === 'vision' ? 'visual.' : ''}transformer.resblocks.0.attn.num_heads`;
    const stated = side?.[field] ?? checkpoint.numbers.get(path) ?? null;
    const answer = answers[field];
    if (stated !== null && (!Number.isInteger(stated) || stated < 1 || size.width % stated !== 0)) {
      throw corrupt(side?.file ?? checkpoint.path, `${stated} heads do not divide the width ${size.width}.`);
    }
    if (answer !== undefined && size.width % answer !== 0) {
      throw new WorkbenchError(
        'bad-request',
        `${answer} heads do not divide the ${half} width ${size.width}. Choose another number.`,
      );
    }
    // The rule speaks of OpenAI's and open_clip's models; a file with Hugging Face's names and no configuration can be any: ask.
    const byRule = tensors.naming === 'openai' ? headsByRule(half, size) : null;
    if (stated === null && answer === undefined && byRule !== null) return byRule;
    return settle(stated, answer, askHeads(field, half, size.width));
  }

  const knownActivation: Activation | null = side?.activation ?? (openAi ? 'quick_gelu' : null);
  const activation = settle(knownActivation, answers.activation, askActivation);
  const visionHeads = heads('vision');
  const textHeads = heads('text');
  if (activation === null || visionHeads === null || textHeads === null)
    return { config: null, questions, warnings };
  return {
    config: {
      embeddingSize: sizes.embeddingSize,
      activation,
      layerNormEpsilon: side?.layerNormEpsilon ?? 1e-5,
      vision: { ...sizes.vision, ...side?.recommended, heads: visionHeads },
      text: { ...sizes.text, heads: textHeads },
    },
    questions,
    warnings,
  };
}
