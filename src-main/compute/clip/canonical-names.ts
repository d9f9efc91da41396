/** Where a foreign tensor goes: OpenAI's state-dict name, which third of a merged q/k/v it is, and whether it is stored transposed. */
export interface CanonicalPlace {
  readonly name: string;
  readonly part: number;
  readonly parts: number;
  readonly transpose: boolean;
  /** One of two matrices whose product the canonical tensor is. */
  readonly factor?: 'left' | 'right';
}

export type NamedPlace = CanonicalPlace | 'harmless' | 'unknown';

const whole = (name: string, transpose = false): CanonicalPlace => ({ name, part: 0, parts: 1, transpose });

const blockTensors = new Set(
  ['attn.in_proj_', 'attn.out_proj.', 'ln_1.', 'ln_2.', 'mlp.c_fc.', 'mlp.c_proj.'].flatMap((stem) => [
    `${stem}weight`,
    `${stem}bias`,
  ]),
);

const topTensors = new Set([
  'visual.conv1.weight',
  'visual.class_embedding',
  'visual.positional_embedding',
  'visual.ln_pre.weight',
  'visual.ln_pre.bias',
  'visual.ln_post.weight',
  'visual.ln_post.bias',
  'visual.proj',
  'token_embedding.weight',
  'positional_embedding',
  'ln_final.weight',
  'ln_final.bias',
  'text_projection',
  'logit_scale',
]);

/** A convolutional stem in the place of `visual.conv1`. */
const stemTensor =
  /^visual\.stem\.(?:rescale|shift|(?:conv|proj|blocks\.(?:0|[1-9]\d{0,2})\.(?:expand|depthwise|project))\.(?:weight|bias))$/;

/** The token embedding as a product of two matrices, [vocabulary, narrow] × [narrow, width]. */
const tokenEmbeddingFactors = ['token_embedding.narrow', 'token_embedding.expand'];

/** Buffers that say nothing the tensors do not say: the causal mask, OpenAI's three sizes, positions counted from 0. */
const harmless = /^(?:attn_mask|input_resolution|context_length|vocab_size|(?:.*\.)?position_ids)$/;

/** OpenAI's and open_clip's names. open_clip's custom text tower has `text.` before the text half. */
export function placeOfOpenAiName(name: string): NamedPlace {
  const bare = name.startsWith('text.') ? name.slice('text.'.length) : name;
  if (harmless.test(bare)) return 'harmless';
  if (topTensors.has(bare) || stemTensor.test(bare)) return whole(bare);
  const factor = tokenEmbeddingFactors.indexOf(bare);
  if (factor >= 0) return { ...whole('token_embedding.weight'), factor: factor === 0 ? 'left' : 'right' };
  // A linear layer in place of the bare matrix keeps it transposed.
  if (bare === 'text_projection.weight') return whole('text_projection', true);
  const block = /^(?:visual\.)?transformer\.resblocks\.(?:0|[1-9]\d{0,2})\.(.+)$/.exec(bare);
  if (block?.[1] !== undefined && blockTensors.has(block[1])) return whole(bare);
  return 'unknown';
}

const huggingFaceTop: Readonly<Record<string, CanonicalPlace>> = {
  'vision_model.embeddings.class_embedding': whole('visual.class_embedding'),
  'vision_model.embeddings.patch_embedding.weight': whole('visual.conv1.weight'),
  'vision_model.embeddings.position_embedding.weight': whole('visual.positional_embedding'),
  // The missing e is Hugging Face's own.
  'vision_model.pre_layrnorm.weight': whole('visual.ln_pre.weight'),
  'vision_model.pre_layrnorm.bias': whole('visual.ln_pre.bias'),
  'vision_model.post_layernorm.weight': whole('visual.ln_post.weight'),
  'vision_model.post_layernorm.bias': whole('visual.ln_post.bias'),
  'visual_projection.weight': whole('visual.proj', true),
  'text_model.embeddings.token_embedding.weight': whole('token_embedding.weight'),
  'text_model.embeddings.position_embedding.weight': whole('positional_embedding'),
  'text_model.final_layer_norm.weight': whole('ln_final.weight'),
  'text_model.final_layer_norm.bias': whole('ln_final.bias'),
  'text_projection.weight': whole('text_projection', true),
  logit_scale: whole('logit_scale'),
};

const huggingFaceBlock: Readonly<Record<string, string>> = {
  'self_attn.out_proj': 'attn.out_proj',
  layer_norm1: 'ln_1',
  layer_norm2: 'ln_2',
  'mlp.fc1': 'mlp.c_fc',
  'mlp.fc2': 'mlp.c_proj',
};

/** Hugging Face's CLIPModel: other names, q, k and v apart, projections as linear layers. */
export function placeOfHuggingFaceName(name: string): NamedPlace {
  if (harmless.test(name)) return 'harmless';
  const top = Object.hasOwn(huggingFaceTop, name) ? huggingFaceTop[name] : undefined;
  if (top !== undefined) return top;
  const block = /^(vision|text)_model\.encoder\.layers\.(0|[1-9]\d{0,2})\.(.+)\.(weight|bias)$/.exec(name);
  if (block === null) return 'unknown';
  const [, half, index, layer = '', kind = ''] = block;
  const prefix = `${half === 'vision' ? 'visual.' : ''}transformer.resblocks.${index}.`;
  const third = ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'].indexOf(layer);
  if (third >= 0) return { name: `${prefix}attn.in_proj_${kind}`, part: third, parts: 3, transpose: false };
  const canonical = Object.hasOwn(huggingFaceBlock, layer) ? huggingFaceBlock[layer] : undefined;
  return canonical === undefined ? 'unknown' : whole(`${prefix}${canonical}.${kind}`);
}
