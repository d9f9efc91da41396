import type { PickleTensor } from './pickle-values.ts';
import { elementCount } from './tensor-dtype.ts';

/** Where a strided tensor lies in its storage, in elements. */
export interface StridedView {
  readonly count: number;
  readonly offset: number;
  /** From the first to one past the last element that is used; 0 for an empty tensor. */
  readonly span: number;
  /** Row-major without gaps: the span is the data. */
  readonly contiguous: boolean;
}

/** Checks a tensor's offset, shape and strides against its storage. Throws `Error` with what is wrong. */
export function checkStridedView(tensor: PickleTensor): StridedView {
  const { shape, strides, offset, storage } = tensor;
  const count = elementCount(shape);
  if (count === null) throw new Error('its shape is impossible');
  if (strides.length !== shape.length) throw new Error('its strides do not fit its shape');
  if (offset < 0 || strides.some((stride) => stride < 0)) throw new Error('it lies outside its data');
  let span = count === 0 ? 0 : 1;
  let expected = 1;
  let contiguous = true;
  for (let d = shape.length - 1; d >= 0; d--) {
    const size = shape[d] ?? 1;
    const stride = strides[d] ?? 0;
    if (count > 0) span += (size - 1) * stride;
    if (size !== 1 && stride !== expected) contiguous = false;
    expected *= size;
  }
  if (!Number.isSafeInteger(offset + span) || offset + span > storage.elementCount) {
    throw new Error('it lies outside its data');
  }
  return { count, offset, span, contiguous: contiguous || count === 0 };
}

/**
 * Row-major copy of a strided tensor. `span` holds whole elements of `itemBytes` bytes, from the tensor's first to its last.
 */
export function gatherStrided(
  span: Uint8Array,
  itemBytes: number,
  shape: readonly number[],
  strides: readonly number[],
  count: number,
): Uint8Array {
  const out = new Uint8Array(count * itemBytes);
  if (count === 0) return out;
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < out.length; to += itemBytes) {
    const start = from * itemBytes;
    for (let b = 0; b < itemBytes; b++) out[to + b] = span[start + b] ?? 0;
    for (let d = shape.length - 1; d >= 0; d--) {
      const next = (index[d] ?? 0) + 1;
      const stride = strides[d] ?? 0;
      if (next < (shape[d] ?? 0)) {
        index[d] = next;
        from += stride;
        break;
      }
      index[d] = 0;
      from -= (next - 1) * stride;
    }
  }
  return out;
}
