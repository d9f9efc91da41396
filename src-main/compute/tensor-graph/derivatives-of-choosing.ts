import { inputOf, type DerivativeRules } from './derivative-rule.ts';
import { broadcast, multiply, putLast, scalar, takeLast, topK, transpose } from './operators.ts';

type Choosing = 'reduce' | 'topK' | 'takeLast' | 'putLast';

/** Rules of sums over an axis, and of what chooses entries. */
export const choosingDerivatives: DerivativeRules<Choosing> = {
  reduce: ({ operator, tensor, upstream }) => {
    const { by, axis } = operator;
    const x = inputOf(tensor, 0);
    switch (by) {
      case 'sum':
        return [broadcast(upstream, x.shape)];
      case 'mean':
        return [broadcast(multiply(upstream, scalar(1 / (x.shape[axis] ?? 1))), x.shape)];
      case 'max': {
        // To the first of the largest alone, as PyTorch's max over an axis.
        const last = x.shape.length - 1;
        const swap = [...x.shape.keys()].map((a) => (a === axis ? last : a === last ? axis : a));
        const { indices } = topK(transpose(x, swap), 1);
        return [transpose(putLast(indices, transpose(upstream, swap), x.shape[axis] ?? 1), swap)];
      }
    }
  },
  topK: ({ operator, tensor, upstream }) => {
    const x = inputOf(tensor, 0);
    if (operator.part === 'indices') return [null];
    return [putLast(topK(x, operator.k).indices, upstream, x.shape.at(-1) ?? 1)];
  },
  takeLast: ({ tensor, upstream, wants }) => [
    wants(0) ? putLast(inputOf(tensor, 1), upstream, inputOf(tensor, 0).shape.at(-1) ?? 1) : null,
    null,
  ],
  putLast: ({ tensor, upstream }) => [null, takeLast(upstream, inputOf(tensor, 0))],
};
