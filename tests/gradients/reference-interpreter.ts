// What lives here: derivatives held against differences, and what that needs: a slow float64 evaluation of expressions.
// What may not: anything that a product file imports.
import {
  elementCount,
  topologicalOrder,
  type OperatorKind,
  type OperatorOf,
  type Shape,
  type Tensor,
} from '../../src-main/compute/tensor-graph/tensor.ts';

type Values = Float64Array;
export type Inputs = Readonly<Record<string, ArrayLike<number>>>;
interface Operand {
  readonly shape: Shape;
  readonly values: Values;
}
type Evaluator<K extends OperatorKind> = (
  operator: OperatorOf<K>,
  operands: readonly Operand[],
  tensor: Tensor,
  inputs: Inputs,
) => Values;

/** Position in each axis of the i-th element. */
function positionOf(i: number, shape: Shape): number[] {
  const position = new Array<number>(shape.length).fill(0);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    position[axis] = i % shape[axis]!;
    i = Math.floor(i / shape[axis]!);
  }
  return position;
}

const offsetOf = (position: readonly number[], shape: Shape): number =>
  shape.reduce((offset, size, axis) => offset * size + position[axis]!, 0);

/** The element that broadcasting shows at a position of a shape of as many axes or more. */
function spread({ shape, values }: Operand, position: readonly number[]): number {
  const own = position.slice(position.length - shape.length).map((p, axis) => (shape[axis] === 1 ? 0 : p));
  return values[offsetOf(own, shape)]!;
}

const fill = (shape: Shape, at: (position: number[], i: number) => number): Values =>
  Float64Array.from({ length: elementCount(shape) }, (_, i) => at(positionOf(i, shape), i));

const pairwise =
  (f: (a: number, b: number) => number) =>
  (_: unknown, [a, b]: readonly Operand[], { shape }: Tensor): Values =>
    fill(shape, (position) => f(spread(a!, position), spread(b!, position)));

const each =
  (f: (x: number) => number) =>
  (_: unknown, [x]: readonly Operand[]): Values =>
    x!.values.map(f);

/** Rows of the last axis, each turned into another of `width`. */
function rowwise(
  { values, shape }: Operand,
  change: (row: Values, index: number) => ArrayLike<number>,
): Values {
  const width = shape.at(-1)!;
  const rows: number[] = [];
  for (let start = 0; start < values.length; start += width)
    rows.push(...Array.from(change(values.subarray(start, start + width), start / width)));
  return Float64Array.from(rows);
}

const sum = (row: ArrayLike<number>): number => Array.from(row).reduce((a, b) => a + b, 0);

function softmaxRow(row: ArrayLike<number>): Values {
  const largest = Math.max(...Array.from(row));
  const exps = Float64Array.from(row, (x) => Math.exp(x - largest));
  const total = sum(exps);
  return exps.map((e) => e / total);
}

/** erf x = 2/√π · e^-x² · Σ 2ⁿx²ⁿ⁺¹/(2n+1)!!: all terms of one sign. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let total = x;
  for (let n = 1; n < 200; n++) total += term *= (2 * x * x) / (2 * n + 1);
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const largestFirst = (row: Values): number[] => [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b);

/** Every operator in double precision, by its definition and nothing clever. */
export const evaluators: { readonly [K in OperatorKind]: Evaluator<K> } = {
  input: ({ name }, _, __, inputs) => Float64Array.from(inputs[name]!),
  weight: ({ name }, _, __, inputs) => Float64Array.from(inputs[name]!),
  constant: ({ data }) => Float64Array.from(data as ArrayLike<number>, Number),
  cast: (_, [x], { dtype }) => (dtype === 'i64' || dtype === 'u8' ? x!.values.map(Math.trunc) : x!.values),
  add: pairwise((a, b) => a + b),
  subtract: pairwise((a, b) => a - b),
  multiply: pairwise((a, b) => a * b),
  divide: pairwise((a, b) => a / b),
  greater: pairwise((a, b) => (a > b ? 1 : 0)),
  exp: each(Math.exp),
  log: each(Math.log),
  sqrt: each(Math.sqrt),
  sigmoid: each(sigmoid),
  relu: each((x) => Math.max(x, 0)),
  erf: each(erf),
  gelu: each((x) => (x * (1 + erf(x / Math.SQRT2))) / 2),
  quickGelu: each((x) => x * sigmoid(1.702 * x)),
  softmax: (_, [x]) => rowwise(x!, softmaxRow),
  layerNorm: ({ epsilon }, [x, gamma, beta]) =>
    rowwise(x!, (row) => {
      const mean = sum(row) / row.length;
      const variance = sum(row.map((v) => (v - mean) ** 2)) / row.length;
      return row.map(
        (v, i) => ((v - mean) / Math.sqrt(variance + epsilon)) * gamma!.values[i]! + beta!.values[i]!,
      );
    }),
  matmul: (_, [a, b], { shape }) => {
    const k = a!.shape.at(-1)!;
    return fill(shape, (position) => {
      const batch = position.slice(0, -2);
      const [row, column] = position.slice(-2) as [number, number];
      let dot = 0;
      for (let i = 0; i < k; i++) dot += spread(a!, [...batch, row, i]) * spread(b!, [...batch, i, column]);
      return dot;
    });
  },
  linear: (_, [x, w, addend], { shape }) => {
    const k = w!.shape[1]!;
    return fill(shape, (position) => {
      let total = addend ? spread(addend, position) : 0;
      for (let i = 0; i < k; i++)
        total += spread(x!, [...position.slice(0, -1), i]) * w!.values[position.at(-1)! * k + i]!;
      return total;
    });
  },
  conv2d: ({ strides, pads, groups }, [x, w, bias], { shape }) => {
    const [, channels, height, width] = x!.shape as [number, number, number, number];
    const [out, perGroup, kernelHeight, kernelWidth] = w!.shape as [number, number, number, number];
    return fill(shape, ([n, o, row, column]) => {
      let total = bias ? bias.values[o!]! : 0;
      for (let c = 0; c < perGroup; c++)
        for (let dy = 0; dy < kernelHeight; dy++)
          for (let dx = 0; dx < kernelWidth; dx++) {
            const y = row! * strides[0] - pads[0] + dy;
            const across = column! * strides[1] - pads[1] + dx;
            if (y < 0 || y >= height || across < 0 || across >= width) continue;
            const channel = Math.floor(o! / (out / groups)) * (channels / groups) + c;
            total += spread(x!, [n!, channel, y, across]) * spread(w!, [o!, c, dy, dx]);
          }
      return total;
    });
  },
  clip: (_, [x, min, max]) => x!.values.map((v) => Math.min(Math.max(v, min!.values[0]!), max!.values[0]!)),
  attention: ({ heads, causal }, [q, k, v], { shape }) => {
    const size = shape[2]! / heads;
    return fill(shape, ([batch, i, column]) => {
      const head = Math.floor(column! / size);
      const scores = Array.from({ length: causal ? i! + 1 : k!.shape[1]! }, (_, j) => {
        let dot = 0;
        for (let d = head * size; d < (head + 1) * size; d++)
          dot += spread(q!, [batch!, i!, d]) * spread(k!, [batch!, j, d]);
        return dot / Math.sqrt(size);
      });
      return sum(
        softmaxRow(scores).map((share, j) => share * v!.values[offsetOf([batch!, j, column!], v!.shape)]!),
      );
    });
  },
  gather: (_, [table, indices], { shape }) =>
    fill(shape, (position) => {
      const rank = indices!.shape.length;
      const row = indices!.values[offsetOf(position.slice(0, rank), indices!.shape)]!;
      return spread(table!, [row, ...position.slice(rank)]);
    }),
  scatterAdd: (_, [indices, updates], { shape }) => {
    const total = new Float64Array(elementCount(shape));
    const width = elementCount(shape.slice(1));
    for (const [i, value] of updates!.values.entries())
      total[indices!.values[Math.floor(i / width)]! * width + (i % width)]! += value;
    return total;
  },
  takeLast: (_, [x, indices], { shape }) =>
    fill(shape, (position, i) => spread(x!, [...position.slice(0, -1), indices!.values[i]!])),
  putLast: (_, [indices, updates], { shape }) => {
    const total = new Float64Array(elementCount(shape));
    for (const [i, value] of updates!.values.entries())
      total[offsetOf([...positionOf(i, updates!.shape).slice(0, -1), indices!.values[i]!], shape)]! += value;
    return total;
  },
  transpose: ({ permutation }, [x], { shape }) =>
    fill(shape, (position) => {
      const source = new Array<number>(position.length).fill(0);
      for (const [axis, from] of permutation.entries()) source[from] = position[axis]!;
      return spread(x!, source);
    }),
  reshape: (_, [x]) => x!.values,
  broadcast: (_, [x], { shape }) => fill(shape, (position) => spread(x!, position)),
  slice: ({ axis, start }, [x], { shape }) =>
    fill(shape, (position) =>
      spread(
        x!,
        position.map((p, i) => (i === axis ? p + start : p)),
      ),
    ),
  concat: ({ axis }, parts, { shape }) =>
    fill(shape, (position) => {
      let along = position[axis]!;
      for (const part of parts) {
        if (along < part.shape[axis]!)
          return spread(
            part,
            position.map((p, i) => (i === axis ? along : p)),
          );
        along -= part.shape[axis]!;
      }
      throw new Error('concat: out of its parts');
    }),
  reduce: ({ by, axis }, [x], { shape }) =>
    fill(shape, (position) => {
      const line = Array.from({ length: x!.shape[axis]! }, (_, along) =>
        spread(
          x!,
          position.map((p, i) => (i === axis ? along : p)),
        ),
      );
      return by === 'max' ? Math.max(...line) : sum(line) / (by === 'mean' ? line.length : 1);
    }),
  topK: ({ k, part }, [x]) =>
    rowwise(x!, (row) => {
      const order = largestFirst(row).slice(0, k);
      return part === 'indices' ? order : order.map((i) => row[i]!);
    }),
};

/** Computes expressions in float64; inputs and weights by name, results in the order asked for. */
export function interpret(roots: readonly Tensor[], inputs: Inputs): readonly Values[] {
  const done = new Map<string, Operand>();
  for (const tensor of topologicalOrder(roots)) {
    const evaluator = evaluators[tensor.operator.kind] as Evaluator<OperatorKind>;
    const operands = tensor.inputs.map(({ key }) => done.get(key)!);
    const values = evaluator(tensor.operator, operands, tensor, inputs);
    if (values.length !== elementCount(tensor.shape))
      throw new Error(`${tensor.operator.kind}: ${values.length} values for [${tensor.shape.join()}]`);
    done.set(tensor.key, { shape: tensor.shape, values });
  }
  return roots.map(({ key }) => done.get(key)!.values);
}
