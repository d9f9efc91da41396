import type { CheckpointFormat, ClipConfig } from '../../src-shared/domain/model.ts';

export const formatNames: Readonly<Record<CheckpointFormat, string>> = {
  'openai-torchscript': 'OpenAI, TorchScript',
  'torch-zip': 'PyTorch archive',
  huggingface: 'Hugging Face',
  safetensors: 'safetensors',
};

/** `24 blocks, width 1024, 16 heads, patch 14 · 336 px · text width 768 · QuickGELU`. */
export function modelFacts({ vision, text, activation, embeddingSize }: ClipConfig): string {
  return [
    `${vision.layers} blocks, width ${vision.width}, ${vision.heads} heads, patches of ${vision.patchSize} px`,
    `trained at ${vision.patchSize * vision.gridSize} px`,
    `text: ${text.layers} blocks, width ${text.width}`,
    `embedding ${embeddingSize}`,
    activation === 'quick_gelu' ? 'QuickGELU' : 'GELU',
  ].join(' · ');
}
