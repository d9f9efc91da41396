import { inputOf, type DerivativeRules } from './derivative-rule.ts';
import { fold, unfold } from './unfold.ts';
import {
  add,
  constant,
  matmul,
  multiply,
  reshape,
  scalar,
  softmax,
  subtract,
  reduce,
  transpose,
} from './operators.ts';
import { sumTo } from './sums.ts';
import { elementCount, type Tensor } from './tensor.ts';

type Product = 'matmul' | 'linear' | 'attention' | 'conv2d';

/** Rules of everything that multiplies matrices. */
export const productDerivatives: DerivativeRules<Product> = {
  matmul: ({ tensor, upstream, wants }) => {
    const [a, b] = [inputOf(tensor, 0), inputOf(tensor, 1)];
    return [
      wants(0) ? sumTo(matmul(upstream, transposeLast(b)), a.shape) : null,
      wants(1) ? sumTo(matmul(transposeLast(a), upstream), b.shape) : null,
    ];
  },
  linear: ({ tensor, upstream, wants }) => {
    const [x, weights] = [inputOf(tensor, 0), inputOf(tensor, 1)];
    const addend = tensor.inputs[2];
    const rows = rowsOf(upstream);
    return [
      // The weight lies as [n, k], just as this product needs it.
      wants(0) ? reshape(matmul(rows, weights), x.shape) : null,
      wants(1) ? matmul(transposeLast(rows), rowsOf(x)) : null,
      ...(addend ? [wants(2) ? sumTo(upstream, addend.shape) : null] : []),
    ];
  },
  attention: ({ operator, tensor, upstream, wants }) => {
    const { heads, causal } = operator;
    const query = splitHeads(inputOf(tensor, 0), heads);
    const key = splitHeads(inputOf(tensor, 1), heads);
    const value = splitHeads(inputOf(tensor, 2), heads);
    const scale = scalar(1 / Math.sqrt(query.shape[3] ?? 1));
    const raw = multiply(matmul(query, transposeLast(key)), scale);
    // Probabilities are made again here: the kernel of the forward pass never holds them whole.
    const probabilities = softmax(causal ? add(raw, causalMask(query.shape[2] ?? 1)) : raw);
    const mixed = splitHeads(upstream, heads);
    const byProbability = matmul(mixed, transposeLast(value));
    const weighted = multiply(byProbability, probabilities);
    const byRaw = multiply(subtract(weighted, multiply(probabilities, reduce(weighted, 'sum', 3))), scale);
    return [
      wants(0) ? joinHeads(matmul(byRaw, key)) : null,
      wants(1) ? joinHeads(matmul(transposeLast(byRaw), query)) : null,
      wants(2) ? joinHeads(matmul(transposeLast(probabilities), mixed)) : null,
    ];
  },
  conv2d: ({ operator, tensor, upstream, wants }) => {
    const [x, weights] = [inputOf(tensor, 0), inputOf(tensor, 1)];
    const bias = tensor.inputs[2];
    const { groups } = operator;
    const [n = 1, out = 1, height = 1, width = 1] = tensor.shape;
    const [, perGroup = 1, kernelHeight = 1, kernelWidth = 1] = weights.shape;
    const kernel = perGroup * kernelHeight * kernelWidth;
    const positions = n * height * width;
    // [groups, out / groups, positions]
    const planes = reshape(
      transpose(reshape(upstream, [n, groups, out / groups, height * width]), [1, 2, 0, 3]),
      [groups, out / groups, positions],
    );
    const window = { ...operator, kernel: [kernelHeight, kernelWidth] as const };
    return [
      wants(0)
        ? fold(
            matmul(transposeLast(planes), reshape(weights, [groups, out / groups, kernel])),
            x.shape,
            window,
          )
        : null,
      wants(1) ? reshape(matmul(planes, unfold(x, window)), weights.shape) : null,
      ...(bias
        ? [wants(2) ? sumTo(upstream, [out, 1, 1]) : null].map((sum) => sum && reshape(sum, bias.shape))
        : []),
    ];
  },
};

const transposeLast = (x: Tensor): Tensor => {
  const last = x.shape.length - 1;
  return transpose(
    x,
    [...x.shape.keys()].map((axis) => (axis === last ? last - 1 : axis === last - 1 ? last : axis)),
  );
};

/** [..., width] → [rows, width] */
const rowsOf = (x: Tensor): Tensor => {
  const width = x.shape.at(-1) ?? 1;
  return reshape(x, [elementCount(x.shape) / width, width]);
};

/** [batch, length, heads·d] → [batch, heads, length, d] */
function splitHeads(x: Tensor, heads: number): Tensor {
  const [batch = 1, length = 1, width = 1] = x.shape;
  return transpose(reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
}

/** [batch, heads, length, d] → [batch, length, heads·d] */
function joinHeads(x: Tensor): Tensor {
  const [batch = 1, heads = 1, length = 1, d = 1] = x.shape;
  return reshape(transpose(x, [0, 2, 1, 3]), [batch, length, heads * d]);
}

/** Added to scores: what lies ahead of a query gets no share. */
function causalMask(length: number): Tensor {
  const values = Float32Array.from({ length: length * length }, (_, i) =>
    i % length > Math.floor(i / length) ? -1e30 : 0,
  );
  return constant([length, length], values);
}
