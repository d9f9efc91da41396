import type { ClipConfig } from '../../src-shared/domain/model.ts';
import { expectedTensors } from '../../src-main/compute/clip/canonical-tensors.ts';
import { dtypeSizeBytes } from '../../src-main/compute/checkpoints/tensor-dtype.ts';
import type { FloatDtype } from '../../src-main/compute/checkpoints/tensor-dtype.ts';

/** Small enough for a test, with everything different that can be mixed up (widths, depths, grid, patch). */
export const tinyClipConfig: ClipConfig = {
  embeddingSize: 32,
  activation: 'quick_gelu',
  layerNormEpsilon: 1e-5,
  vision: { width: 128, layers: 4, heads: 2, patchSize: 4, gridSize: 3, mlpWidth: 192 },
  text: { width: 64, layers: 2, heads: 1, contextLength: 77, vocabularySize: 49_408, mlpWidth: 96 },
};

/** ViT-L/14@336px (methods.md §1): 428 million weights. */
export const vitL336Config: ClipConfig = {
  embeddingSize: 768,
  activation: 'quick_gelu',
  layerNormEpsilon: 1e-5,
  vision: { width: 1024, layers: 24, heads: 16, patchSize: 14, gridSize: 24, mlpWidth: 4096 },
  text: { width: 768, layers: 12, heads: 12, contextLength: 77, vocabularySize: 49_408, mlpWidth: 3072 },
};

/** A tensor as a made-up file stores it: some rows of a canonical tensor, perhaps transposed. */
export interface MadeUpTensor {
  /** Its name in the file. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly canonicalName: string;
  /** First element within the canonical tensor (k and v of a split in_proj begin later). */
  readonly firstElement: number;
  readonly transposed: boolean;
}

export function madeUpTensors(config: ClipConfig): MadeUpTensor[] {
  return expectedTensors(config).map(({ name, shape }) => ({
    name,
    shape,
    canonicalName: name,
    firstElement: 0,
    transposed: false,
  }));
}

/** 32-bit FNV-1a of the UTF-8 name, as the goldens seed their weights. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/** The k-th output of mulberry32 as a 32-bit number: its state only counts, so any k can be had at once. */
export function mulberry32At(seed: number, k: number): number {
  const a = (seed + Math.imul(k + 1, 0x6d2b79f5)) | 0;
  let t = Math.imul(a ^ (a >>> 15), 1 | a);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return (t ^ (t >>> 14)) >>> 0;
}

/** Sizes of values such that activations stay ordinary through 24 blocks. */
function rangeOf(name: string): { scale: number; offset: number } {
  if (/ln_\w+\.weight$/.test(name)) return { scale: 0.1, offset: 1 };
  if (name.endsWith('.bias')) return { scale: 0.02, offset: 0 };
  if (name === 'logit_scale') return { scale: 0, offset: 4.6 };
  if (name === 'token_embedding.weight' || name.endsWith('positional_embedding'))
    return { scale: 0.02, offset: 0 };
  return { scale: 0.035, offset: 0 };
}

const scratch = new DataView(new ArrayBuffer(4));

/** Bits of the nearest value of a dtype (ties away from zero are good enough for random weights). */
function bitsOf(value: number, dtype: FloatDtype): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  if (dtype === 'F32') return bits;
  if (dtype === 'BF16') return (bits + 0x8000) >>> 16;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 112;
  if (exponent <= 0) return sign;
  return sign | (((exponent << 10) | ((bits >>> 13) & 0x3ff)) + ((bits >>> 12) & 1));
}

const tables = new Map<string, Uint32Array>();

/** 65,536 values evenly over offset ± scale, as bits of the dtype. */
function tableOf(name: string, dtype: FloatDtype): Uint32Array {
  const { scale, offset } = rangeOf(name);
  const key = `${scale} ${offset} ${dtype}`;
  let table = tables.get(key);
  if (!table) {
    table = Uint32Array.from({ length: 65_536 }, (_, i) =>
      bitsOf(offset + scale * ((2 * i) / 65_535 - 1), dtype),
    );
    tables.set(key, table);
  }
  return table;
}

const pieceElements = 1024 * 1024;

/** The tensor's bytes in pieces. The same seed and canonical name give the same weights in every format. */
export function* madeUpBytes(
  tensor: MadeUpTensor,
  dtype: FloatDtype,
  seed: number,
): Generator<Uint8Array, void, undefined> {
  const count = tensor.shape.reduce((a, b) => a * b, 1);
  const table = tableOf(tensor.canonicalName, dtype);
  const state = fnv1a(`${seed}/${tensor.canonicalName}`);
  const [rows = 1, columns = 1] = tensor.shape;
  for (let start = 0; start < count; start += pieceElements) {
    const length = Math.min(pieceElements, count - start);
    const out = dtype === 'F32' ? new Uint32Array(length) : new Uint16Array(length);
    for (let i = 0; i < length; i++) {
      const at = start + i;
      const k = tensor.transposed
        ? (at % columns) * rows + Math.floor(at / columns)
        : at + tensor.firstElement;
      out[i] = table[mulberry32At(state, k) >>> 16]!;
    }
    yield new Uint8Array(out.buffer);
  }
}

export function madeUpSizeBytes(tensor: MadeUpTensor, dtype: FloatDtype): number {
  return tensor.shape.reduce((a, b) => a * b, 1) * dtypeSizeBytes[dtype];
}
