import type { MethodParams } from '../../src-shared/contract/methods.ts';
import type { CheckpointFormat, ClipConfig } from '../../src-shared/domain/model.ts';
import type { PromptProvenance } from '../../src-shared/domain/training.ts';
import { say } from '../texts/say.ts';
import { formatPercent } from './format.ts';

export const formatNames: Readonly<Record<CheckpointFormat, string>> = {
  'openai-torchscript': 'OpenAI, TorchScript',
  'torch-zip': say('PyTorch archive'),
  huggingface: 'Hugging Face',
  safetensors: 'safetensors',
};

/** `24 blocks, width 1024, 16 heads, patches of 14 px · trained at 336 px · text: 12 blocks, width 768 · …`. */
export function modelFacts({ vision, text, activation, embeddingSize }: ClipConfig): string {
  return [
    say('{blocks} blocks, width {width}, {heads} heads, patches of {patch} px', {
      blocks: vision.layers,
      width: String(vision.width),
      heads: vision.heads,
      patch: vision.patchSize,
    }),
    say('trained at {size} px', { size: String(vision.patchSize * vision.gridSize) }),
    say('text: {blocks} blocks, width {width}', { blocks: text.layers, width: String(text.width) }),
    say('embedding {size}', { size: String(embeddingSize) }),
    activation === 'quick_gelu' ? 'QuickGELU' : 'GELU',
  ].join(' · ');
}

/** How prompts are written for other programs. */
export type PromptFileFormat = MethodParams<'prompts.export'>['format'];

/** `Bottle, epoch 15` as `bottle-epoch-15.pth`. */
export function promptFileName(
  { id, name }: { readonly id: number; readonly name: string },
  format: PromptFileFormat,
): string {
  const plain = name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  return `${plain === '' ? `prompts-${id}` : plain}.${format === 'torch' ? 'pth' : 'safetensors'}`;
}

/** Where learned prompts come from, and what they were worth. */
export function describeProvenance(provenance: PromptProvenance): string {
  const { datasetName, imageCount, epoch, modelId, validation } = provenance;
  const auroc = validation?.mean.image.auroc ?? null;
  const from = { dataset: datasetName, images: imageCount, epoch, model: modelId };
  return auroc === null
    ? say(
        'Learned from {images, plural, one {# image} other {# images}} of {dataset} with the model {model}, epoch {epoch}.',
        from,
      )
    : say(
        'Learned from {images, plural, one {# image} other {# images}} of {dataset} with the model {model}, epoch {epoch}; validated at image AUROC {auroc}.',
        { ...from, auroc: formatPercent(auroc, 1) },
      );
}
