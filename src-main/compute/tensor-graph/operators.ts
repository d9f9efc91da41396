import {
  elementCount,
  formatShape,
  makeTensor,
  shapeError,
  type Dtype,
  type Operator,
  type Shape,
  type Tensor,
  type WeightLocation,
} from './tensor.ts';

// Leaves

/** A value handed in at every run. */
export function input(name: string, shape: Shape, dtype: Dtype): Tensor {
  return makeTensor({ kind: 'input', name }, [], shape, dtype);
}

/** Values stored inside the graph file; keep them small, large ones are weights. */
export function constant(shape: Shape, values: Float32Array | readonly number[]): Tensor {
  const data = values instanceof Float32Array ? values.slice() : Float32Array.from(values);
  if (data.length !== elementCount(shape))
    throw shapeError('constant', `${data.length} values do not fill ${formatShape(shape)}`);
  return makeTensor({ kind: 'constant', data }, [], shape, 'f32');
}

export function scalar(value: number): Tensor {
  return constant([], [value]);
}

/** Whole numbers stored inside the graph file, for indices. */
export function integers(shape: Shape, values: readonly number[]): Tensor {
  if (values.length !== elementCount(shape))
    throw shapeError('integers', `${values.length} values do not fill ${formatShape(shape)}`);
  return makeTensor({ kind: 'constant', data: BigInt64Array.from(values, BigInt) }, [], shape, 'i64');
}

/** fp32 values that stay in a file beside the graph. */
export function weight(name: string, shape: Shape, at: WeightLocation): Tensor {
  if (at.lengthBytes !== 4 * elementCount(shape))
    throw shapeError(
      'weight',
      `${name} has ${at.lengthBytes} bytes, which do not fill ${formatShape(shape)} fp32`,
    );
  return makeTensor({ kind: 'weight', name, at }, [], shape, 'f32');
}

/** Rows [start, end) of a weight as a weight of their own: nothing is copied, only the byte range is narrower. */
export function weightRows(whole: Tensor, start: number, end: number): Tensor {
  const { operator, shape } = whole;
  if (operator.kind !== 'weight')
    throw shapeError('weightRows', `a ${operator.kind} is not stored in a file`);
  const [rows = 1, ...rest] = shape;
  if (!(0 <= start && start < end && end <= rows))
    throw shapeError('weightRows', `rows ${start} to ${end} are not within ${formatShape(shape)}`);
  const rowBytes = 4 * elementCount(rest);
  return weight(`${operator.name}[${start}:${end}]`, [end - start, ...rest], {
    location: operator.at.location,
    offsetBytes: operator.at.offsetBytes + start * rowBytes,
    lengthBytes: (end - start) * rowBytes,
  });
}

/** A weight read in another shape of as many elements. */
export function weightAs(whole: Tensor, shape: Shape): Tensor {
  if (whole.operator.kind !== 'weight')
    throw shapeError('weightAs', `a ${whole.operator.kind} is not stored in a file`);
  return weight(whole.operator.name, shape, whole.operator.at);
}

// Element by element

function broadcastShape(operator: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const sizeA = a[axis - rank + a.length] ?? 1;
    const sizeB = b[axis - rank + b.length] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1)
      throw shapeError(operator, `${formatShape(a)} and ${formatShape(b)} do not fit together`);
    return Math.max(sizeA, sizeB);
  });
}

function elementwise(
  operator: Operator & { kind: 'add' | 'subtract' | 'multiply' | 'divide' },
  a: Tensor,
  b: Tensor,
) {
  if (a.dtype !== b.dtype) throw shapeError(operator.kind, `${a.dtype} and ${b.dtype} do not mix`);
  if (a.dtype === 'f16') throw shapeError(operator.kind, 'f16 is cast to f32 first');
  return makeTensor(operator, [a, b], broadcastShape(operator.kind, a.shape, b.shape), a.dtype);
}

/** a + b, broadcasting as numpy does. */
export const add = (a: Tensor, b: Tensor): Tensor => elementwise({ kind: 'add' }, a, b);
/** a - b */
export const subtract = (a: Tensor, b: Tensor): Tensor => elementwise({ kind: 'subtract' }, a, b);
/** a · b, element by element */
export const multiply = (a: Tensor, b: Tensor): Tensor => elementwise({ kind: 'multiply' }, a, b);
/** a / b */
export const divide = (a: Tensor, b: Tensor): Tensor => elementwise({ kind: 'divide' }, a, b);

/** 1 where a > b, else 0, as f32; broadcasting as numpy does. */
export function greater(a: Tensor, b: Tensor): Tensor {
  if (a.dtype !== 'f32' || b.dtype !== 'f32')
    throw shapeError('greater', `needs f32, not ${a.dtype} and ${b.dtype}`);
  return makeTensor({ kind: 'greater' }, [a, b], broadcastShape('greater', a.shape, b.shape), 'f32');
}

type UnaryKind = 'exp' | 'log' | 'sqrt' | 'sigmoid' | 'relu' | 'erf' | 'gelu' | 'quickGelu' | 'softmax';

function unary(kind: UnaryKind, x: Tensor): Tensor {
  if (x.dtype !== 'f32') throw shapeError(kind, `needs f32, not ${x.dtype}`);
  return makeTensor({ kind }, [x], x.shape, 'f32');
}

export const exp = (x: Tensor): Tensor => unary('exp', x);
export const log = (x: Tensor): Tensor => unary('log', x);
export const sqrt = (x: Tensor): Tensor => unary('sqrt', x);
/** 1 / (1 + e^-x) */
export const sigmoid = (x: Tensor): Tensor => unary('sigmoid', x);
export const relu = (x: Tensor): Tensor => unary('relu', x);
/** 2/√π · ∫₀ˣ e^-t² dt */
export const erf = (x: Tensor): Tensor => unary('erf', x);
/** x·Φ(x) with the exact error function: open_clip's activation. */
export const gelu = (x: Tensor): Tensor => unary('gelu', x);
/** x·sigmoid(1.702x): OpenAI's activation. */
export const quickGelu = (x: Tensor): Tensor => unary('quickGelu', x);
/** e^x / Σ e^x over the last axis. */
export function softmax(x: Tensor): Tensor {
  if (x.shape.length === 0) throw shapeError('softmax', 'a scalar has no last axis');
  return unary('softmax', x);
}

/** Values below `min` become `min`, values above `max` become `max`. ReLU6 is clip(x, 0, 6). */
export function clip(x: Tensor, min: number, max: number): Tensor {
  if (x.dtype !== 'f32') throw shapeError('clip', `needs f32, not ${x.dtype}`);
  if (!(min <= max)) throw shapeError('clip', `${min} to ${max} is no range`);
  return makeTensor({ kind: 'clip' }, [x, scalar(min), scalar(max)], x.shape, 'f32');
}

export function cast(x: Tensor, dtype: Dtype): Tensor {
  return x.dtype === dtype ? x : makeTensor({ kind: 'cast' }, [x], x.shape, dtype);
}

/** (x - mean) / sqrt(variance + epsilon) · gamma + beta over the last axis (biased variance, as PyTorch). */
export function layerNorm(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): Tensor {
  const width = x.shape.at(-1);
  for (const parameter of [gamma, beta])
    if (width === undefined || parameter.shape.length !== 1 || parameter.shape[0] !== width)
      throw shapeError(
        'layerNorm',
        `parameters ${formatShape(parameter.shape)} do not fit ${formatShape(x.shape)}`,
      );
  return makeTensor({ kind: 'layerNorm', epsilon }, [x, gamma, beta], x.shape, 'f32');
}

// Products

/** a [..., m, k] × b [..., k, n] → [..., m, n]; leading axes broadcast. */
export function matmul(a: Tensor, b: Tensor): Tensor {
  const [m, k] = a.shape.slice(-2);
  const [k2, n] = b.shape.slice(-2);
  if (m === undefined || k === undefined || k2 === undefined || n === undefined)
    throw shapeError(
      'matmul',
      `${formatShape(a.shape)} × ${formatShape(b.shape)}: both need two axes or more`,
    );
  if (k !== k2)
    throw shapeError('matmul', `${formatShape(a.shape)} × ${formatShape(b.shape)}: ${k} is not ${k2}`);
  const batch = broadcastShape('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2));
  return makeTensor({ kind: 'matmul' }, [a, b], [...batch, m, n], 'f32');
}

/**
 * x [..., k] · weightᵀ + addend → [..., n], with weight [n, k] as PyTorch's Linear stores it. `addend` is a bias [n], a whole
 * [..., n] to add the product to (cheaper than an addition of its own), or nothing.
 */
export function linear(x: Tensor, weights: Tensor, addend: Tensor | null): Tensor {
  const k = x.shape.at(-1);
  const [n, k2] = weights.shape;
  if (weights.shape.length !== 2 || n === undefined || k === undefined || k !== k2)
    throw shapeError('linear', `weight ${formatShape(weights.shape)} does not fit ${formatShape(x.shape)}`);
  const shape = [...x.shape.slice(0, -1), n];
  if (addend && addend.shape.join() !== String(n) && addend.shape.join() !== shape.join())
    throw shapeError('linear', `${formatShape(addend.shape)} cannot be added to ${formatShape(shape)}`);
  return makeTensor({ kind: 'linear' }, addend ? [x, weights, addend] : [x, weights], shape, 'f32');
}

/**
 * softmax(q·kᵀ / √(width/heads))·v head by head, on queries [batch, m, width] and keys and values [batch, n, width] whose last
 * axis holds the heads one after the other. `causal`: query i sees keys 0…i only (m = n).
 */
export function attention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: { heads: number; causal: boolean },
): Tensor {
  const { heads, causal } = options;
  const [batch, m, width] = query.shape;
  const fits =
    query.shape.length === 3 &&
    [key, value].every((t) => t.shape.length === 3 && t.shape[0] === batch && t.shape[2] === width) &&
    key.shape[1] === value.shape[1];
  if (!fits || width === undefined || width % heads !== 0 || (causal && m !== key.shape[1]))
    throw shapeError(
      'attention',
      `${formatShape(query.shape)}, ${formatShape(key.shape)}, ${formatShape(value.shape)} with ${heads} heads${causal ? ', causal' : ''} do not fit`,
    );
  return makeTensor({ kind: 'attention', heads, causal }, [query, key, value], query.shape, 'f32');
}

// Moving values about

/** Rows of table [n, ...] at indices (i64) → [...indices.shape, ...]. */
export function gather(table: Tensor, indices: Tensor): Tensor {
  if (indices.dtype !== 'i64' || table.shape.length === 0)
    throw shapeError('gather', `${formatShape(table.shape)} cannot be indexed by ${indices.dtype}`);
  return makeTensor(
    { kind: 'gather' },
    [table, indices],
    [...indices.shape, ...table.shape.slice(1)],
    table.dtype,
  );
}

/**
 * The transpose of `gather`: rows of updates [...indices.shape, ...rest] added up at their indices (i64, each within [0, rows))
 * → [rows, ...rest], zeros where none points.
 */
export function scatterAdd(indices: Tensor, updates: Tensor, rows: number): Tensor {
  const rank = indices.shape.length;
  const fits = indices.shape.every((size, axis) => size === updates.shape[axis]);
  if (indices.dtype !== 'i64' || updates.dtype !== 'f32' || updates.shape.length < rank || !fits)
    throw shapeError(
      'scatterAdd',
      `${updates.dtype} ${formatShape(updates.shape)} cannot be added at ${indices.dtype} ${formatShape(indices.shape)}`,
    );
  return makeTensor({ kind: 'scatterAdd' }, [indices, updates], [rows, ...updates.shape.slice(rank)], 'f32');
}

function sameBeside(indices: Tensor, other: Shape): boolean {
  const last = indices.shape.length - 1;
  return (
    indices.dtype === 'i64' &&
    last >= 0 &&
    other.length === last + 1 &&
    indices.shape.every((size, axis) => axis === last || size === other[axis])
  );
}

/** Entries of the last axis of x [..., size] at indices (i64) [..., k], each row with its own → [..., k]. */
export function takeLast(x: Tensor, indices: Tensor): Tensor {
  if (x.dtype !== 'f32' || !sameBeside(indices, x.shape))
    throw shapeError(
      'takeLast',
      `${indices.dtype} ${formatShape(indices.shape)} cannot choose of ${x.dtype} ${formatShape(x.shape)}`,
    );
  return makeTensor({ kind: 'takeLast' }, [x, indices], indices.shape, 'f32');
}

/** The transpose of `takeLast`: updates [..., k] added up at indices (i64) [..., k] of rows of zeros → [..., size]. */
export function putLast(indices: Tensor, updates: Tensor, size: number): Tensor {
  const fits = sameBeside(indices, updates.shape) && indices.shape.at(-1) === updates.shape.at(-1);
  if (!fits || updates.dtype !== 'f32')
    throw shapeError(
      'putLast',
      `${updates.dtype} ${formatShape(updates.shape)} cannot be put at ${indices.dtype} ${formatShape(indices.shape)}`,
    );
  return makeTensor({ kind: 'putLast' }, [indices, updates], [...updates.shape.slice(0, -1), size], 'f32');
}

/** Axis i of the result is axis permutation[i] of x. */
export function transpose(x: Tensor, permutation: readonly number[]): Tensor {
  const sorted = [...permutation].sort((a, b) => a - b);
  if (sorted.length !== x.shape.length || sorted.some((axis, i) => axis !== i))
    throw shapeError('transpose', `[${permutation.join(', ')}] does not permute ${formatShape(x.shape)}`);
  const shape = permutation.map((axis) => x.shape[axis] ?? 1);
  return makeTensor({ kind: 'transpose', permutation: Object.freeze([...permutation]) }, [x], shape, x.dtype);
}

export function reshape(x: Tensor, shape: Shape): Tensor {
  if (elementCount(shape) !== elementCount(x.shape))
    throw shapeError('reshape', `${formatShape(x.shape)} does not hold as much as ${formatShape(shape)}`);
  const same = shape.length === x.shape.length && shape.every((size, axis) => size === x.shape[axis]);
  return same ? x : makeTensor({ kind: 'reshape' }, [x], shape, x.dtype);
}

/** Repeats x along axes of size 1 (or missing in front) up to `shape`. */
export function broadcast(x: Tensor, shape: Shape): Tensor {
  const joined = broadcastShape('broadcast', x.shape, shape);
  if (joined.length !== shape.length || joined.some((size, axis) => size !== shape[axis]))
    throw shapeError('broadcast', `${formatShape(x.shape)} cannot be spread to ${formatShape(shape)}`);
  const same = shape.length === x.shape.length && shape.every((size, axis) => size === x.shape[axis]);
  return same ? x : makeTensor({ kind: 'broadcast' }, [x], shape, x.dtype);
}

/** Entries [start, end) of one axis. */
export function slice(x: Tensor, axis: number, start: number, end: number): Tensor {
  const size = x.shape[axis];
  if (size === undefined || !(0 <= start && start < end && end <= size))
    throw shapeError('slice', `${start} to ${end} is not within axis ${axis} of ${formatShape(x.shape)}`);
  if (start === 0 && end === size) return x;
  const shape = x.shape.map((s, i) => (i === axis ? end - start : s));
  return makeTensor({ kind: 'slice', axis, start, end }, [x], shape, x.dtype);
}

/** Puts tensors one behind the other along `axis`; all other sides must agree. */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const [first, ...others] = parts;
  if (!first || axis < 0 || axis >= first.shape.length)
    throw shapeError('concat', `needs tensors that have axis ${axis}`);
  for (const part of others)
    if (
      part.dtype !== first.dtype ||
      part.shape.length !== first.shape.length ||
      part.shape.some((size, i) => i !== axis && size !== first.shape[i])
    )
      throw shapeError(
        'concat',
        `${formatShape(first.shape)} and ${formatShape(part.shape)} differ beside axis ${axis}`,
      );
  if (others.length === 0) return first;
  const total = parts.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0);
  const shape = first.shape.map((size, i) => (i === axis ? total : size));
  return makeTensor({ kind: 'concat', axis }, parts, shape, first.dtype);
}

/** Sum, mean or maximum over one axis, which stays with size 1. */
export function reduce(x: Tensor, by: 'sum' | 'mean' | 'max', axis: number): Tensor {
  if (x.shape[axis] === undefined) throw shapeError('reduce', `${formatShape(x.shape)} has no axis ${axis}`);
  const shape = x.shape.map((size, i) => (i === axis ? 1 : size));
  return makeTensor({ kind: 'reduce', by, axis }, [x], shape, x.dtype);
}

/** The k largest entries of the last axis, largest first; equal ones by position. */
export function topK(x: Tensor, k: number): { readonly values: Tensor; readonly indices: Tensor } {
  const size = x.shape.at(-1);
  if (size === undefined || k < 1 || k > size)
    throw shapeError('topK', `${k} entries cannot be taken of ${formatShape(x.shape)}`);
  const shape = [...x.shape.slice(0, -1), k];
  return {
    values: makeTensor({ kind: 'topK', k, part: 'values' }, [x], shape, 'f32'),
    indices: makeTensor({ kind: 'topK', k, part: 'indices' }, [x], shape, 'i64'),
  };
}
