// What lives here: what several tests need: made-up checkpoints and the writers that tests damage files with.
// What may not: tests, and anything the product uses.
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClipConfig } from '../../src-shared/domain/model.ts';
import { placeOfHuggingFaceName } from '../../src-main/compute/clip/canonical-names.ts';
import type { FloatDtype } from '../../src-main/compute/checkpoints/tensor-dtype.ts';
import { buildSafetensorsHeader } from '../../src-main/compute/checkpoints/safetensors-header.ts';
import { madeUpBytes, madeUpSizeBytes, madeUpTensors } from './made-up-weights.ts';
import type { MadeUpTensor } from './made-up-weights.ts';
import { PickleWriter } from './pickle-writer.ts';
import { writeTorchLikeZip, zipSource } from './zip-writer.ts';
import type { ZipSource } from './zip-writer.ts';

export { tinyClipConfig, vitL336Config } from './made-up-weights.ts';

/** Every kind of file that a user may have. */
export const madeUpKinds = [
  'openai-torchscript',
  'openai-state-dict',
  'torch-state-dict',
  'training-checkpoint',
  'huggingface-safetensors',
  'huggingface-bin',
  'open-clip-safetensors',
  'open-clip-bin',
  'open-clip-custom-text',
] as const;
export type MadeUpKind = (typeof madeUpKinds)[number];

export interface MadeUpOptions {
  readonly config: ClipConfig;
  readonly seed?: number;
  readonly dtype?: FloatDtype;
}

const storageClasses: Record<FloatDtype, string> = {
  F32: 'FloatStorage',
  F16: 'HalfStorage',
  BF16: 'BFloat16Storage',
};

/**
 * Writes a checkpoint of the given kind with random weights into `folder` (made where missing), configuration beside it, piece by
 * piece, so that ViT-L size needs no memory. The same seed gives the same weights in every kind. Returns the weight file's path.
 */
export async function writeMadeUpCheckpoint(
  folder: string,
  kind: MadeUpKind,
  { config, seed = 1, dtype = 'F16' }: MadeUpOptions,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = (name: string): string => join(folder, name);
  const tensors = madeUpTensors(config);
  switch (kind) {
    case 'openai-torchscript':
      await writeTorchScript(file('clip.pt'), tensors, dtype, seed, config);
      return file('clip.pt');
    case 'openai-state-dict':
      await writeStateDict(file('clip-weights.pt'), tensors, dtype, seed, { sizesOf: config });
      return file('clip-weights.pt');
    case 'torch-state-dict':
      await writeStateDict(file('weights.pth'), tensors, dtype, seed, {});
      return file('weights.pth');
    case 'training-checkpoint':
      await writeStateDict(file('epoch_3.pt'), tensors, dtype, seed, {
        nestedUnder: 'state_dict',
        prefix: 'module.',
      });
      await writeFile(file('open_clip_config.json'), openClipConfig(config));
      return file('epoch_3.pt');
    case 'huggingface-safetensors':
      await writeSafetensorsFile(file('model.safetensors'), huggingFaceTensors(config), dtype, seed);
      await writeFile(file('config.json'), huggingFaceConfig(config));
      return file('model.safetensors');
    case 'huggingface-bin':
      await writeStateDict(file('pytorch_model.bin'), huggingFaceTensors(config), dtype, seed, {});
      await writeFile(file('config.json'), huggingFaceConfig(config));
      return file('pytorch_model.bin');
    case 'open-clip-safetensors':
      await writeSafetensorsFile(file('open_clip_model.safetensors'), tensors, dtype, seed);
      await writeFile(file('open_clip_config.json'), openClipConfig(config));
      return file('open_clip_model.safetensors');
    case 'open-clip-bin':
      await writeStateDict(file('open_clip_pytorch_model.bin'), tensors, dtype, seed, {});
      await writeFile(file('open_clip_config.json'), openClipConfig(config));
      return file('open_clip_pytorch_model.bin');
    case 'open-clip-custom-text':
      await writeSafetensorsFile(file('open_clip_model.safetensors'), customTextTensors(config), dtype, seed);
      await writeFile(file('open_clip_config.json'), openClipConfig(config));
      return file('open_clip_model.safetensors');
  }
}

export function huggingFaceConfig({ vision, text, ...config }: ClipConfig): string {
  const shared = { hidden_act: config.activation, layer_norm_eps: config.layerNormEpsilon };
  return JSON.stringify({
    architectures: ['CLIPModel'],
    model_type: 'clip',
    projection_dim: config.embeddingSize,
    text_config: {
      ...shared,
      hidden_size: text.width,
      intermediate_size: text.mlpWidth,
      num_attention_heads: text.heads,
      num_hidden_layers: text.layers,
      max_position_embeddings: text.contextLength,
      vocab_size: text.vocabularySize,
    },
    vision_config: {
      ...shared,
      hidden_size: vision.width,
      intermediate_size: vision.mlpWidth,
      num_attention_heads: vision.heads,
      num_hidden_layers: vision.layers,
      patch_size: vision.patchSize,
      image_size: vision.patchSize * vision.gridSize,
    },
  });
}

export function openClipConfig({ vision, text, ...config }: ClipConfig): string {
  return JSON.stringify({
    model_cfg: {
      embed_dim: config.embeddingSize,
      quick_gelu: config.activation === 'quick_gelu',
      vision_cfg: {
        image_size: vision.patchSize * vision.gridSize,
        layers: vision.layers,
        width: vision.width,
        head_width: vision.width / vision.heads,
        patch_size: vision.patchSize,
      },
      text_cfg: {
        context_length: text.contextLength,
        vocab_size: text.vocabularySize,
        width: text.width,
        heads: text.heads,
        layers: text.layers,
      },
    },
    preprocess_cfg: { mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711] },
  });
}

/** All names that Hugging Face's CLIPModel gives a model of this configuration. */
function huggingFaceNames({ vision, text }: ClipConfig): string[] {
  const block = (half: string, n: number): string[] =>
    ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj', 'self_attn.out_proj']
      .concat('layer_norm1', 'mlp.fc1', 'mlp.fc2', 'layer_norm2')
      .flatMap((layer) =>
        ['weight', 'bias'].map((kind) => `${half}_model.encoder.layers.${n}.${layer}.${kind}`),
      );
  const norm = (name: string): string[] => [`${name}.weight`, `${name}.bias`];
  return [
    'logit_scale',
    'text_model.embeddings.token_embedding.weight',
    'text_model.embeddings.position_embedding.weight',
    ...Array.from({ length: text.layers }, (_, n) => block('text', n)).flat(),
    ...norm('text_model.final_layer_norm'),
    'vision_model.embeddings.class_embedding',
    'vision_model.embeddings.patch_embedding.weight',
    'vision_model.embeddings.position_embedding.weight',
    ...norm('vision_model.pre_layrnorm'),
    ...Array.from({ length: vision.layers }, (_, n) => block('vision', n)).flat(),
    ...norm('vision_model.post_layernorm'),
    'visual_projection.weight',
    'text_projection.weight',
  ];
}

function huggingFaceTensors(config: ClipConfig): MadeUpTensor[] {
  const canonical = new Map(madeUpTensors(config).map((tensor) => [tensor.name, tensor]));
  return huggingFaceNames(config).map((name) => {
    const place = placeOfHuggingFaceName(name);
    if (place === 'harmless' || place === 'unknown') throw new Error(`${name} has no place`);
    const whole = canonical.get(place.name)!;
    const shape = place.transpose
      ? whole.shape.toReversed()
      : place.parts === 1
        ? whole.shape
        : [whole.shape[0]! / place.parts, ...whole.shape.slice(1)];
    const count = shape.reduce((a, b) => a * b, 1);
    return { ...whole, name, shape, firstElement: place.part * count, transposed: place.transpose };
  });
}

function customTextTensors(config: ClipConfig): MadeUpTensor[] {
  return madeUpTensors(config).map((tensor) =>
    tensor.name.startsWith('visual.') || tensor.name === 'logit_scale'
      ? tensor
      : { ...tensor, name: `text.${tensor.name}` },
  );
}

async function writeSafetensorsFile(
  file: string,
  tensors: readonly MadeUpTensor[],
  dtype: FloatDtype,
  seed: number,
): Promise<void> {
  let at = 0;
  const rows = tensors.map((tensor) => {
    const begin = at;
    at += madeUpSizeBytes(tensor, dtype);
    return { name: tensor.name, shape: tensor.shape, dtype, begin, end: at };
  });
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(buildSafetensorsHeader(rows, { format: 'pt' }));
    for (const tensor of tensors) {
      for (const bytes of madeUpBytes(tensor, dtype, seed)) await handle.writeFile(bytes);
    }
  } finally {
    await handle.close();
  }
}

function storages(
  archive: string,
  tensors: readonly MadeUpTensor[],
  dtype: FloatDtype,
  seed: number,
): ZipSource[] {
  return tensors.map((tensor, key) => ({
    name: `${archive}/data/${key}`,
    sizeBytes: madeUpSizeBytes(tensor, dtype),
    pieces: () => madeUpBytes(tensor, dtype, seed),
  }));
}

function putTensor(pickle: PickleWriter, tensor: MadeUpTensor, key: number, dtype: FloatDtype): void {
  const storageElements = tensor.shape.reduce((a, b) => a * b, 1);
  pickle.tensor({
    storageClass: storageClasses[dtype],
    key: String(key),
    storageElements,
    shape: tensor.shape,
  });
}

/** OpenAI's three whole-number tensors. */
function sizesOf({ vision, text }: ClipConfig): [string, number][] {
  return [
    ['input_resolution', vision.gridSize * vision.patchSize],
    ['context_length', text.contextLength],
    ['vocab_size', text.vocabularySize],
  ];
}

function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes;
}

/** torch.save of a state dict, at the top or under a key, with OpenAI's size tensors where `sizesOf` is given. */
async function writeStateDict(
  file: string,
  tensors: readonly MadeUpTensor[],
  dtype: FloatDtype,
  seed: number,
  options: { nestedUnder?: string; prefix?: string; sizesOf?: ClipConfig },
): Promise<void> {
  const pickle = new PickleWriter();
  const { nestedUnder, prefix = '' } = options;
  if (nestedUnder !== undefined) {
    pickle.emptyDict().mark().text('epoch').int(3).text('name').text('made up').text(nestedUnder);
  }
  pickle.orderedDict().mark();
  tensors.forEach((tensor, key) => putTensor(pickle.text(`${prefix}${tensor.name}`), tensor, key, dtype));
  const sizes = options.sizesOf ? sizesOf(options.sizesOf) : [];
  sizes.forEach(([name], i) => {
    const key = String(tensors.length + i);
    pickle.text(name).tensor({ storageClass: 'LongStorage', key, storageElements: 1, shape: [] });
  });
  pickle.setItems();
  if (nestedUnder !== undefined) pickle.setItems();
  await writeTorchLikeZip(file, [
    zipSource('archive/data.pkl', pickle.finish()),
    zipSource('archive/byteorder', 'little'),
    ...storages('archive', tensors, dtype, seed),
    ...sizes.map(([, size], i) => zipSource(`archive/data/${tensors.length + i}`, int64(size))),
    zipSource('archive/version', '3\n'),
  ]);
}

interface ModuleNode {
  readonly tensors: Map<string, number>;
  readonly children: Map<string, ModuleNode>;
}

function moduleTree(tensors: readonly MadeUpTensor[]): ModuleNode {
  const root: ModuleNode = { tensors: new Map(), children: new Map() };
  tensors.forEach(({ name }, key) => {
    const path = name.split('.');
    let node = root;
    for (const part of path.slice(0, -1)) {
      const child = node.children.get(part) ?? { tensors: new Map(), children: new Map() };
      node.children.set(part, child);
      node = child;
    }
    node.tensors.set(path.at(-1)!, key);
  });
  return root;
}

/** torch.jit.save of a module tree, laid out as OpenAI's files are: classes of `__torch__`, state by BUILD, code packed beside. */
async function writeTorchScript(
  file: string,
  tensors: readonly MadeUpTensor[],
  dtype: FloatDtype,
  seed: number,
  config: ClipConfig,
): Promise<void> {
  const pickle = new PickleWriter();
  const sizes = sizesOf(config);
  let classes = 0;
  function putModule(node: ModuleNode, root: boolean): void {
    if (root) pickle.global('__torch__.multimodal.model.multimodal_transformer', 'Multimodal');
    else pickle.global(`__torch__.torch.nn.modules.module.___torch_mangle_${classes++}`, 'Module');
    pickle.emptyTuple().newObject().emptyDict().mark();
    pickle.text('training').bool(false);
    for (const [name, key] of node.tensors) putTensor(pickle.text(name), tensors[key]!, key, dtype);
    if (root) {
      sizes.forEach(([name], i) => {
        const key = String(tensors.length + i);
        pickle.text(name).tensor({ storageClass: 'LongStorage', key, storageElements: 1, shape: [] });
      });
    }
    for (const [name, child] of node.children) {
      pickle.text(name);
      putModule(child, false);
    }
    pickle.setItems().build();
  }
  putModule(moduleTree(tensors), true);
  const archive = 'ViT-made-up';
  const code = 'class Multimodal(Module):\n  __parameters__ = ["positional_embedding", "text_projection"]\n';
  await writeTorchLikeZip(file, [
    zipSource(`${archive}/version`, '3\n'),
    ...storages(archive, tensors, dtype, seed),
    ...sizes.map(([, size], i) => zipSource(`${archive}/data/${tensors.length + i}`, int64(size))),
    zipSource(`${archive}/data.pkl`, pickle.finish()),
    zipSource(`${archive}/code/__torch__/multimodal/model/multimodal_transformer.py`, code, true),
    zipSource(`${archive}/constants.pkl`, new PickleWriter().emptyTuple().finish()),
  ]);
}
