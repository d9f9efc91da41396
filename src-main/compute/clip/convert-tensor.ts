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

/**
 * A canonical tensor's values as fp32 in row-major order, piece by piece, each valid until the next. Throws `corrupt-file` naming
 * the tensor for a value that is not finite. Memory: one piece, or the whole tensor where it is stored transposed.
 */
export async function* convertTensor(
  path: string,
  tensor: ClipTensor,
  signal?: AbortSignal,
): AsyncGenerator<Float32Array, void, undefined> {
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
