import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { FloatDtype } from '../checkpoints/tensor-dtype.ts';
import { isFloatDtype } from '../checkpoints/tensor-dtype.ts';
import type { Checkpoint, TensorEntry } from '../checkpoints/checkpoint.ts';
import { maxTensorElements } from '../checkpoints/checkpoint.ts';
import { corrupt } from '../checkpoints/checkpoint-file.ts';
import { placeOfHuggingFaceName, placeOfOpenAiName } from './canonical-names.ts';

/** One stored tensor that is, or is a third of, a canonical one. */
export interface TensorPart {
  readonly entry: TensorEntry & { readonly dtype: FloatDtype };
  readonly transpose: boolean;
}

/** A canonical tensor: its parts one after another along the first dimension. */
export interface ClipTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly parts: readonly TensorPart[];
  /** The tensor is its part [rows, n] times this matrix [n, columns]. */
  readonly rightFactor?: TensorPart | undefined;
}

export interface ClipTensors {
  readonly naming: 'openai' | 'huggingface';
  /** What stood before every name, `state_dict.module.` or nothing. */
  readonly prefix: string;
  readonly tensors: ReadonlyMap<string, ClipTensor>;
  /** Tensors OpenAI's own files have and nobody else's: the image size, context and vocabulary as numbers. */
  readonly hasOpenAiSizes: boolean;
  readonly warnings: readonly string[];
}

/** The first convolution of a stem. */
export const stemAnchor = 'visual.stem.conv.weight';
/** What turns pixels into tokens: CLIP's convolution or a stem of several. */
const openAiAnchors = ['visual.conv1.weight', stemAnchor];
const huggingFaceAnchor = 'vision_model.embeddings.patch_embedding.weight';

function prefixesOf(names: readonly string[], anchor: string): string[] {
  return names
    .filter((name) => name === anchor || name.endsWith(`.${anchor}`))
    .map((name) => name.slice(0, -anchor.length));
}

function notClip(path: string, names: readonly string[]): WorkbenchError {
  const has = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
  const tell = (what: string): WorkbenchError => new WorkbenchError('unsupported', `${path}: ${what}`);
  if (has(/(^|\.)ctx_pos$/)) return tell('learned prompts, not a model. Import it as prompts.');
  if (has(/(^|\.)(visual\.(trunk|layer1|stem|patch_embed)|visual\.head)\./)) {
    return tell(
      'its image encoder is not CLIP’s vision transformer (a ResNet or a timm model). Choose a ViT model.',
    );
  }
  if (has(/(^|\.)(text_model|transformer\.resblocks)\./)) {
    return tell('only the text half of a CLIP. Choose the file with both halves.');
  }
  return tell(
    'the tensors are not those of a CLIP vision transformer. Choose an OpenAI, open_clip or Hugging Face CLIP.',
  );
}

/** Which of the accepted name schemes the file uses, and what stands before its names. */
function findNaming(path: string, names: readonly string[]): Pick<ClipTensors, 'naming' | 'prefix'> {
  const openAi = openAiAnchors.flatMap((anchor) => prefixesOf(names, anchor));
  const huggingFace = prefixesOf(names, huggingFaceAnchor);
  const [prefix = ''] = [...openAi, ...huggingFace];
  const found = openAi.length + huggingFace.length;
  if (found === 0) throw notClip(path, names);
  if (found > 1) {
    throw new WorkbenchError(
      'unsupported',
      `${path}: it holds ${found} image encoders (${[...openAi, ...huggingFace].map((p) => p || 'at the top').join(', ')}). Save the one that you want on its own.`,
    );
  }
  if (
    names.some(
      (name) => name.startsWith(`${prefix}visual.layer1.`) || name.startsWith(`${prefix}visual.attnpool.`),
    )
  ) {
    throw new WorkbenchError(
      'unsupported',
      `${path}: its image encoder is a ResNet. Choose a CLIP with a vision transformer (ViT).`,
    );
  }
  return { naming: openAi.length > 0 ? 'openai' : 'huggingface', prefix };
}

/** Names that take part in what a CLIP computes: one of these that is not known means another architecture. */
const partOfClip =
  /^(?:text\.)?(?:visual|transformer|vision_model|text_model|token_embedding|ln_final|text_projection|visual_projection|positional_embedding|text_decoder|cls_emb)/;

/** Training state that every framework leaves beside the weights. */
const trainingState = /^(?:optimizer|scaler|scheduler|lr_scheduler|amp)\./;

function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 4).join(', ');
  return names.length > 4 ? `${shown} and ${names.length - 4} more` : shown;
}

function mergeParts(path: string, name: string, parts: readonly (TensorPart | undefined)[]): ClipTensor {
  const present = parts.filter((part) => part !== undefined);
  const [first] = present;
  if (first === undefined || present.length !== parts.length) {
    throw corrupt(path, `a part of the tensor ${name} is missing (query, key or value).`);
  }
  const shape = first.transpose ? first.entry.shape.toReversed() : first.entry.shape;
  if (first.transpose && shape.length !== 2)
    throw corrupt(path, `the tensor ${first.entry.name} is no matrix.`);
  if (present.length === 1) return { name, shape, parts: present };
  if (present.some((part) => part.entry.shape.join() !== first.entry.shape.join()) || shape.length === 0) {
    throw corrupt(path, `query, key and value of ${name} have different shapes.`);
  }
  return { name, shape: [(shape[0] ?? 0) * present.length, ...shape.slice(1)], parts: present };
}

/** The product of a stored matrix and another. */
function productOf(path: string, left: ClipTensor, rightFactor: TensorPart): ClipTensor {
  const { entry } = rightFactor;
  const [rows, narrow, ...more] = left.shape;
  const [narrow2, columns, ...more2] = entry.shape;
  if (
    rows === undefined ||
    columns === undefined ||
    narrow === undefined ||
    narrow < 1 ||
    narrow !== narrow2 ||
    more.length + more2.length > 0
  )
    throw corrupt(
      path,
      `the factors of ${left.name} have the shapes [${left.shape.join(', ')}] and [${entry.shape.join(', ')}], which make no product.`,
    );
  if (rows * columns > maxTensorElements)
    throw new WorkbenchError('too-large', `${path}: the tensor ${left.name} is far too large.`);
  return { ...left, shape: [rows, columns], rightFactor };
}

/**
 * Sorts a checkpoint's tensors into canonical ones. Shapes are not checked yet. Throws `unsupported` for anything that is not a CLIP
 * with a vision transformer and for tensors that would change what it computes, `corrupt-file` for damaged tables.
 */
export function readClipTensors(checkpoint: Checkpoint): ClipTensors {
  const { path } = checkpoint;
  const names = [...checkpoint.tensors.keys()];
  const { naming, prefix } = findNaming(path, names);
  const placeOf = naming === 'openai' ? placeOfOpenAiName : placeOfHuggingFaceName;
  const collected = new Map<string, (TensorPart | undefined)[]>();
  const rightFactors = new Map<string, TensorPart>();
  const leftFactors = new Set<string>();
  const foreign: string[] = [];
  const outside: string[] = [];
  const blocking: string[] = [];
  for (const [fullName, entry] of checkpoint.tensors) {
    if (!fullName.startsWith(prefix)) {
      if (!trainingState.test(fullName)) outside.push(fullName);
      continue;
    }
    const name = fullName.slice(prefix.length);
    const place = placeOf(name);
    if (place === 'harmless') continue;
    if (place === 'unknown') {
      if (partOfClip.test(name)) blocking.push(name);
      else if (!trainingState.test(name)) foreign.push(name);
      continue;
    }
    const { dtype } = entry;
    if (!isFloatDtype(dtype)) {
      throw new WorkbenchError(
        'unsupported',
        `${path}: the tensor ${fullName} is stored as ${dtype}. Save it as float32, float16 or bfloat16.`,
      );
    }
    if (entry.elementCount > maxTensorElements) {
      throw new WorkbenchError('too-large', `${path}: the tensor ${fullName} is far too large.`);
    }
    const part = { entry: { ...entry, dtype }, transpose: place.transpose };
    if (place.factor === 'right') {
      rightFactors.set(place.name, part);
      continue;
    }
    if (place.factor === 'left') leftFactors.add(place.name);
    const parts = collected.get(place.name) ?? new Array<undefined>(place.parts).fill(undefined);
    if (parts[place.part] !== undefined) throw corrupt(path, `it holds the tensor ${place.name} twice.`);
    parts[place.part] = part;
    collected.set(place.name, parts);
  }
  if (blocking.length > 0) {
    throw new WorkbenchError(
      'unsupported',
      `${path}: this is not a plain CLIP, it has the additional tensors ${listNames(blocking)}. Choose a plain CLIP with a vision transformer.`,
    );
  }
  const warnings: string[] = [];
  if (foreign.length > 0) warnings.push(`Left out, they belong to no CLIP: ${listNames(foreign)}.`);
  if (outside.length > 0)
    warnings.push(`Left out, they lie outside «${prefix.slice(0, -1)}»: ${listNames(outside)}.`);
  return {
    naming,
    prefix,
    tensors: new Map(
      [...collected].map(([name, parts]) => {
        const tensor = mergeParts(path, name, parts);
        const right = rightFactors.get(name);
        if (leftFactors.has(name) !== (right !== undefined))
          throw corrupt(path, `the tensor ${name} is stored as two factors and one of them is missing.`);
        return [name, right ? productOf(path, tensor, right) : tensor];
      }),
    ),
    hasOpenAiSizes: ['input_resolution', 'context_length', 'vocab_size'].every((name) =>
      checkpoint.tensors.has(`${prefix}${name}`),
    ),
    warnings,
  };
}
