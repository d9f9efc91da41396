import { add, divide, multiply, reduce, reshape, scalar, sqrt } from './operators.ts';
import { elementCount, formatShape, shapeError, type Shape, type Tensor } from './tensor.ts';

/** Sum of all elements, a scalar. */
export function sumAll(x: Tensor): Tensor {
  return reshape(reduce(reshape(x, [elementCount(x.shape)]), 'sum', 0), []);
}

/** Mean of all elements, a scalar. */
export function meanAll(x: Tensor): Tensor {
  return reshape(reduce(reshape(x, [elementCount(x.shape)]), 'mean', 0), []);
}

/**
 * Undoes broadcasting: the sum over every axis along which `shape` would be repeated to become x's shape. The derivative of
 * whatever broadcasts.
 */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  const missing = x.shape.length - shape.length;
  const padded = [...Array.from({ length: missing }, () => 1), ...shape];
  if (missing < 0 || padded.some((size, axis) => size !== 1 && size !== x.shape[axis]))
    throw shapeError('sumTo', `${formatShape(shape)} does not spread to ${formatShape(x.shape)}`);
  let sum = x;
  // Neighbouring axes are summed as one: a bias of [n, m, width] rows costs one pass.
  for (let axis = 0; axis < padded.length; axis++) {
    if (padded[axis] !== 1 || sum.shape[axis] === 1) continue;
    let end = axis + 1;
    while (end < padded.length && padded[end] === 1) end++;
    const merged = sum.shape.slice(axis, end).reduce((product, size) => product * size, 1);
    const rest = sum.shape.slice(end);
    const before = sum.shape.slice(0, axis);
    const summed = reduce(reshape(sum, [...before, merged, ...rest]), 'sum', axis);
    sum = reshape(summed, [...before, ...Array.from({ length: end - axis }, () => 1), ...rest]);
    axis = end - 1;
  }
  return reshape(sum, shape);
}

/** Smallest length that a row is divided by: rows of zeros stay zeros. */
const tiny = 1e-24;

/** Rows of the last axis divided by their Euclidean length. */
export function normaliseRows(x: Tensor): Tensor {
  return divide(x, rowLengths(x));
}

/** Euclidean lengths of rows of the last axis, [..., 1]; never 0. */
export function rowLengths(x: Tensor): Tensor {
  const squares = reduce(multiply(x, x), 'sum', x.shape.length - 1);
  return sqrt(add(squares, scalar(tiny)));
}
