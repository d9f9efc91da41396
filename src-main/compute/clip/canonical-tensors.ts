import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import { stemTensors } from './stem-layout.ts';

/** A tensor that a model of some configuration has: OpenAI's state-dict name and shape. */
export interface ExpectedTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

function blockTensors(prefix: string, width: number, mlpWidth: number, layers: number): ExpectedTensor[] {
  return Array.from({ length: layers }, (_, n) => {
    const block = `${prefix}transformer.resblocks.${n}.`;
    return [
      { name: `${block}attn.in_proj_weight`, shape: [3 * width, width] },
      { name: `${block}attn.in_proj_bias`, shape: [3 * width] },
      { name: `${block}attn.out_proj.weight`, shape: [width, width] },
      { name: `${block}attn.out_proj.bias`, shape: [width] },
      { name: `${block}ln_1.weight`, shape: [width] },
      { name: `${block}ln_1.bias`, shape: [width] },
      { name: `${block}mlp.c_fc.weight`, shape: [mlpWidth, width] },
      { name: `${block}mlp.c_fc.bias`, shape: [mlpWidth] },
      { name: `${block}mlp.c_proj.weight`, shape: [width, mlpWidth] },
      { name: `${block}mlp.c_proj.bias`, shape: [width] },
      { name: `${block}ln_2.weight`, shape: [width] },
      { name: `${block}ln_2.bias`, shape: [width] },
    ];
  }).flat();
}

/** Every tensor of a stored model, in the order in which `model.safetensors` lists them. */
export function expectedTensors({ vision, text, embeddingSize }: ClipConfig): ExpectedTensor[] {
  return [
    ...(vision.stem?.kind === 'convolutional'
      ? stemTensors(vision.stem, vision.width)
      : [{ name: 'visual.conv1.weight', shape: [vision.width, 3, vision.patchSize, vision.patchSize] }]),
    { name: 'visual.class_embedding', shape: [vision.width] },
    { name: 'visual.positional_embedding', shape: [vision.gridSize ** 2 + 1, vision.width] },
    { name: 'visual.ln_pre.weight', shape: [vision.width] },
    { name: 'visual.ln_pre.bias', shape: [vision.width] },
    ...blockTensors('visual.', vision.width, vision.mlpWidth, vision.layers),
    { name: 'visual.ln_post.weight', shape: [vision.width] },
    { name: 'visual.ln_post.bias', shape: [vision.width] },
    { name: 'visual.proj', shape: [vision.width, embeddingSize] },
    { name: 'token_embedding.weight', shape: [text.vocabularySize, text.width] },
    { name: 'positional_embedding', shape: [text.contextLength, text.width] },
    ...blockTensors('', text.width, text.mlpWidth, text.layers),
    { name: 'ln_final.weight', shape: [text.width] },
    { name: 'ln_final.bias', shape: [text.width] },
    { name: 'text_projection', shape: [text.width, embeddingSize] },
    { name: 'logit_scale', shape: [] },
  ];
}
