import { inputOf, type DerivativeRules } from './derivative-rule.ts';
import { broadcast, concat, gather, reshape, scalar, scatterAdd, slice, transpose } from './operators.ts';
import { sumTo } from './sums.ts';
import type { Shape, Tensor } from './tensor.ts';

type Moving = 'gather' | 'scatterAdd' | 'transpose' | 'reshape' | 'broadcast' | 'slice' | 'concat';

/** Rules of what only moves values about: their derivatives move back. */
export const movingDerivatives: DerivativeRules<Moving> = {
  gather: ({ tensor, upstream, wants }) => [
    wants(0) ? scatterAdd(inputOf(tensor, 1), upstream, inputOf(tensor, 0).shape[0] ?? 1) : null,
    null,
  ],
  scatterAdd: ({ tensor, upstream }) => [null, gather(upstream, inputOf(tensor, 0))],
  transpose: ({ operator, upstream }) => [transpose(upstream, inverse(operator.permutation))],
  reshape: ({ tensor, upstream }) => [reshape(upstream, inputOf(tensor, 0).shape)],
  broadcast: ({ tensor, upstream }) => [sumTo(upstream, inputOf(tensor, 0).shape)],
  slice: ({ operator, tensor, upstream }) => {
    const { axis, start, end } = operator;
    const { shape } = inputOf(tensor, 0);
    const size = shape[axis] ?? 1;
    const parts = [
      ...(start > 0 ? [zeros(withSize(shape, axis, start))] : []),
      upstream,
      ...(end < size ? [zeros(withSize(shape, axis, size - end))] : []),
    ];
    return [concat(parts, axis)];
  },
  concat: ({ operator, tensor, upstream, wants }) => {
    let start = 0;
    return tensor.inputs.map((part, i) => {
      const end = start + (part.shape[operator.axis] ?? 1);
      const share = wants(i) ? slice(upstream, operator.axis, start, end) : null;
      start = end;
      return share;
    });
  },
};

function inverse(permutation: readonly number[]): readonly number[] {
  return permutation.map((_, axis) => permutation.indexOf(axis));
}

const withSize = (shape: Shape, axis: number, size: number): Shape =>
  shape.map((each, i) => (i === axis ? size : each));

function zeros(shape: Shape): Tensor {
  return broadcast(scalar(0), shape);
}
