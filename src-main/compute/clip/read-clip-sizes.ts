import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { ClipConfig, ConvolutionalStem } from '../../../src-shared/domain/model.ts';
import { corrupt } from '../checkpoints/checkpoint-file.ts';
import type { ClipTensors } from './clip-tensors.ts';
import type { SideConfig, StatedSize } from './side-config.ts';
import { stemPatchSize } from './stem-layout.ts';

/** A configuration without what no tensor says: heads, activation, epsilon. */
export type ClipSizes = Pick<ClipConfig, 'embeddingSize'> & {
  readonly vision: Omit<ClipConfig['vision'], 'heads'>;
  readonly text: Omit<ClipConfig['text'], 'heads'>;
};

/** CLIP's byte-pair vocabulary (methods.md §1): prompts are tokenised with it, so a model needs exactly these embeddings. */
export const clipVocabularySize = 49_408;

const maxSize = 65_536;

/**
 * Reads all sizes off the tensors' shapes; `stem` is what the configuration says of a convolutional one, whose patch size no
 * tensor tells. Throws `corrupt-file` naming the tensor that is missing or mis-shaped.
 */
export function readClipSizes(
  path: string,
  { tensors }: ClipTensors,
  stem: ConvolutionalStem | null = null,
): ClipSizes {
  function shapeOf(name: string, rank: number): readonly number[] {
    const shape = tensors.get(name)?.shape;
    if (shape === undefined) throw corrupt(path, `the tensor ${name} is missing.`);
    if (shape.length !== rank || shape.some((size) => size < 1)) {
      throw corrupt(path, `the tensor ${name} has the shape [${shape.join(', ')}], which no CLIP has.`);
    }
    return shape;
  }
  function layersOf(prefix: string): number {
    const blocks = [...tensors.keys()].filter((name) => name.startsWith(prefix));
    return blocks.reduce(
      (most, name) => Math.max(most, Number.parseInt(name.slice(prefix.length), 10) + 1),
      0,
    );
  }

  if (!tensors.has('token_embedding.weight')) {
    throw new WorkbenchError(
      'unsupported',
      `${path}: only the image half of a CLIP. Choose the file with both halves.`,
    );
  }
  function patchesOf(): { width: number; patchSize: number } {
    if (stem) {
      const [, width = 0] = shapeOf('visual.positional_embedding', 2);
      return { width, patchSize: stemPatchSize(stem) ?? 0 };
    }
    const [width = 0, channels, patchSize = 0, patchHeight] = shapeOf('visual.conv1.weight', 4);
    if (channels !== 3 || patchSize !== patchHeight) {
      throw corrupt(path, 'the tensor visual.conv1.weight is not made for square patches of colour images.');
    }
    return { width, patchSize };
  }
  const { width, patchSize } = patchesOf();
  const [positions = 0] = shapeOf('visual.positional_embedding', 2);
  const gridSize = Math.round(Math.sqrt(positions - 1));
  if (gridSize < 1 || gridSize ** 2 + 1 !== positions) {
    throw corrupt(
      path,
      `the tensor visual.positional_embedding has ${positions} rows, which make no square grid.`,
    );
  }
  const [, embeddingSize = 0] = shapeOf('visual.proj', 2);
  const [mlpWidth = 0] = shapeOf('visual.transformer.resblocks.0.mlp.c_fc.weight', 2);
  const [vocabularySize = 0, textWidth = 0] = shapeOf('token_embedding.weight', 2);
  const [contextLength = 0] = shapeOf('positional_embedding', 2);
  const [textMlpWidth = 0] = shapeOf('transformer.resblocks.0.mlp.c_fc.weight', 2);
  const sizes: ClipSizes = {
    embeddingSize,
    vision: {
      width,
      layers: layersOf('visual.transformer.resblocks.'),
      patchSize,
      gridSize,
      mlpWidth,
      ...(stem ? { stem } : {}),
    },
    text: {
      width: textWidth,
      layers: layersOf('transformer.resblocks.'),
      contextLength,
      vocabularySize,
      mlpWidth: textMlpWidth,
    },
  };
  const { vision, text } = sizes;
  if (
    Math.max(embeddingSize, width, patchSize, gridSize, mlpWidth, textWidth, contextLength, textMlpWidth) >
      maxSize ||
    Math.max(vision.layers, text.layers) > 256
  ) {
    throw new WorkbenchError('too-large', `${path}: its sizes are beyond any CLIP.`);
  }
  if (vocabularySize !== clipVocabularySize) {
    throw new WorkbenchError(
      'unsupported',
      `${path}: it knows ${vocabularySize} word parts, CLIP's own vocabulary has ${clipVocabularySize}. Choose a CLIP with OpenAI's vocabulary.`,
    );
  }
  return sizes;
}

/** A configuration that speaks of another model than the tensors is worse than none. Throws `incompatible`. */
export function checkStatedSizes(path: string, sizes: ClipSizes, side: SideConfig): void {
  const actual: Record<StatedSize, number> = {
    'vision width': sizes.vision.width,
    'vision layers': sizes.vision.layers,
    'patch size': sizes.vision.patchSize,
    'text width': sizes.text.width,
    'text layers': sizes.text.layers,
    'context length': sizes.text.contextLength,
  };
  for (const { what, size } of side.statedSizes) {
    if (actual[what] !== size) {
      throw new WorkbenchError(
        'incompatible',
        `${side.file} belongs to another model than ${path}: ${what} is ${size} there and ${actual[what]} here. Put the right configuration beside the weights, or none.`,
      );
    }
  }
}
