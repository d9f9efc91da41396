// What lives here: readers and writers of foreign weight files (safetensors, torch zip, pickle), with hostile files in mind.
// What may not: knowledge of CLIP's tensor names (that is compute/clip), and anything that runs what a file says.
import type { Dtype } from './tensor-dtype.ts';

/** One tensor of an open checkpoint; nothing of its data is read before it is asked for. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly elementCount: number;
  /**
   * The data in row-major order and the tensor's own dtype, little-endian, in pieces of whole elements. A piece is valid
   * until the next one is asked for. Throws `corrupt-file` where the file's own checksum says so, `cancelled` on abort.
   */
  readChunks(signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined>;
}

/** A weight file whose table of contents was read and checked. Tensors are read through it until `close`. */
export interface Checkpoint {
  readonly path: string;
  readonly container: 'safetensors' | 'torch-zip' | 'torchscript';
  readonly sizeBytes: number;
  /** By path: keys and attribute names joined with dots, `state_dict.visual.conv1.weight`. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /** Plain numbers by path (a TorchScript module's `num_heads`, an epoch). */
  readonly numbers: ReadonlyMap<string, number>;
  /** Texts that the file says of itself: safetensors' `__metadata__`, and what this program wrote beside tensors in a torch zip. */
  readonly metadata: ReadonlyMap<string, string>;
  /** TorchScript: qualified name of the root module's class. */
  readonly rootClass: string | null;
  close(): Promise<void>;
}

/** Bytes handed on at once: large enough for the disk, small against any memory. */
export const chunkBytes = 4 * 1024 * 1024;

/** More elements than this in one tensor belong to no CLIP (bigG's largest has 6e7), and bound every allocation. */
export const maxTensorElements = 2 ** 29;
