import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { chunkBytes } from '../checkpoints/checkpoint.ts';
import { allFinite, dtypeSizeBytes, widenToFloat32 } from '../checkpoints/tensor-dtype.ts';
import type { ClipTensor, TensorPart } from './clip-tensors.ts';

function notFinite(path: string, name: string): WorkbenchError {
  return new WorkbenchError(
    'corrupt-file',
    `${path}: the tensor ${name} holds values that are not finite numbers (NaN or infinity). The file is damaged or its training failed; nothing was stored.`,
  );
}

/** rows×columns to columns×rows. */
function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c] ?? 0;
  }
  return out;
}

async function* widenPart(
  { entry }: TensorPart,
  buffer: Float32Array,
  signal: AbortSignal | undefined,
): AsyncGenerator<Float32Array, void, undefined> {
  for await (const bytes of entry.readChunks(signal)) {
    yield buffer.subarray(0, widenToFloat32(bytes, entry.dtype, buffer));
  }
}

/** All values of a matrix that is small against the tensor it helps to make. */
async function readWhole(
  path: string,
  part: TensorPart,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const { entry } = part;
  const whole = new Float32Array(entry.elementCount);
  const buffer = new Float32Array(Math.min(entry.elementCount, chunkBytes / dtypeSizeBytes[entry.dtype]));
  let done = 0;
  for await (const values of widenPart(part, buffer, signal)) {
    if (!allFinite(values)) throw notFinite(path, entry.name);
    whole.set(values, done);
    done += values.length;
  }
  return whole;
}

/**
 * Rows of left [rows, narrow] × right [narrow, columns], some at a time. Pieces of the file end within rows: what is begun is
 * carried over.
 */
async function* multiplyParts(
  path: string,
  tensor: ClipTensor,
  right: TensorPart,
  signal: AbortSignal | undefined,
): AsyncGenerator<Float32Array, void, undefined> {
  const [, columns = 1] = tensor.shape;
  const [narrow = 1] = right.entry.shape;
  const factor = await readWhole(path, right, signal);
  const rowsAtOnce = Math.max(1, Math.floor(chunkBytes / 4 / Math.max(columns, narrow)));
  const left = new Float32Array(rowsAtOnce * narrow);
  const out = new Float32Array(rowsAtOnce * columns);
  let filled = 0;

  function product(rows: number): Float32Array {
    const values = out.subarray(0, rows * columns).fill(0);
    for (let row = 0; row < rows; row++) {
      const into = values.subarray(row * columns, (row + 1) * columns);
      for (let k = 0; k < narrow; k++) {
        const share = left[row * narrow + k] ?? 0;
        const at = k * columns;
        for (let c = 0; c < columns; c++) into[c] = (into[c] ?? 0) + share * (factor[at + c] ?? 0);
      }
    }
    if (!allFinite(values)) throw notFinite(path, tensor.name);
    return values;
  }

  for await (const values of convertTensor(path, { ...tensor, rightFactor: undefined }, signal)) {
    let taken = 0;
    while (taken < values.length) {
      const piece = values.subarray(taken, taken + left.length - filled);
      left.set(piece, filled);
      taken += piece.length;
      filled += piece.length;
      if (filled < left.length) continue;
      yield product(rowsAtOnce);
      filled = 0;
    }
  }
  if (filled > 0) yield product(filled / narrow);
}

/**
 * A canonical tensor's values as fp32 in row-major order, piece by piece, each valid until the next. Throws `corrupt-file` naming
 * the tensor for a value that is not finite. Memory: one piece, or the whole tensor where it is stored transposed, or the right
 * factor where it is stored as a product.
 */
export async function* convertTensor(
  path: string,
  tensor: ClipTensor,
  signal?: AbortSignal,
): AsyncGenerator<Float32Array, void, undefined> {
  if (tensor.rightFactor) {
    yield* multiplyParts(path, tensor, tensor.rightFactor, signal);
    return;
  }
  for (const part of tensor.parts) {
    const { entry } = part;
    const pieceElements = Math.min(entry.elementCount, chunkBytes / dtypeSizeBytes[entry.dtype]);
    const buffer = new Float32Array(pieceElements);
    const whole = part.transpose ? new Float32Array(entry.elementCount) : null;
    let done = 0;
    for await (const values of widenPart(part, buffer, signal)) {
      if (!allFinite(values)) throw notFinite(path, entry.name);
      if (whole === null) yield values;
      else whole.set(values, done);
      done += values.length;
    }
    const [rows = 1, columns = 1] = entry.shape;
    if (whole !== null) yield transposed(whole, rows, columns);
  }
}
