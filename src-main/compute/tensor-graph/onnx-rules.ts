import { contribDomain, type GraphWriter } from './graph-writer.ts';
import { onnxDataTypes } from './onnx-schema.ts';
import { elementCount, type Operator, type OperatorKind, type OperatorOf, type Tensor } from './tensor.ts';

type Leaf = 'input' | 'constant' | 'weight';
type Rule<K extends OperatorKind> = (
  operator: OperatorOf<K>,
  tensor: Tensor,
  writer: GraphWriter,
  output: string | undefined,
) => string;

const named = (output: string | undefined) => (output === undefined ? {} : { output });

/** A rule for operators that ONNX has under another name. */
function direct(opType: string, domain?: string) {
  return (_: Operator, tensor: Tensor, writer: GraphWriter, output: string | undefined) =>
    writer.node(
      opType,
      tensor.inputs.map((t) => writer.value(t)),
      {},
      { ...named(output), ...(domain === undefined ? {} : { domain }) },
    );
}

interface Operand {
  readonly tensor: Tensor;
  readonly name: string;
}

function inputsOf(tensor: Tensor, writer: GraphWriter): readonly Operand[] {
  return tensor.inputs.map((t) => ({ tensor: t, name: writer.value(t) }));
}

function only<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new Error(`operand ${index} is missing`);
  return item;
}

/** How each operator is written in ONNX. Total: a new operator does not compile until it has its rule here. */
const rules: { readonly [K in Exclude<OperatorKind, Leaf>]: Rule<K> } = {
  cast: (_, tensor, writer, output) =>
    writer.node(
      'Cast',
      [only(inputsOf(tensor, writer), 0).name],
      { to: { int: onnxDataTypes[tensor.dtype] } },
      named(output),
    ),
  add: direct('Add'),
  subtract: direct('Sub'),
  multiply: direct('Mul'),
  divide: direct('Div'),
  exp: direct('Exp'),
  log: direct('Log'),
  sqrt: direct('Sqrt'),
  sigmoid: direct('Sigmoid'),
  relu: direct('Relu'),
  erf: direct('Erf'),
  greater: (_, tensor, writer, output) => {
    const operands = inputsOf(tensor, writer).map((t) => t.name);
    const mask = writer.node('Greater', operands);
    return writer.node('Cast', [mask], { to: { int: onnxDataTypes.f32 } }, named(output));
  },
  gelu: direct('Gelu'),
  quickGelu: (_, tensor, writer, output) =>
    writer.node(
      'QuickGelu',
      [only(inputsOf(tensor, writer), 0).name],
      { alpha: { float: 1.702 } },
      { ...named(output), domain: contribDomain },
    ),
  softmax: (_, tensor, writer, output) =>
    writer.node('Softmax', [only(inputsOf(tensor, writer), 0).name], { axis: { int: -1 } }, named(output)),
  layerNorm: (operator, tensor, writer, output) =>
    writer.node(
      'LayerNormalization',
      inputsOf(tensor, writer).map((t) => t.name),
      { axis: { int: -1 }, epsilon: { float: operator.epsilon } },
      named(output),
    ),
  matmul: direct('MatMul'),
  // Gemm takes PyTorch's [out, in] weights as they lie in the file (transB) and packs them once when the session is made;
  // a MatMul would need a transposed copy of every weight first.
  linear: (_, tensor, writer, output) => {
    const [x, weights, addend] = inputsOf(tensor, writer);
    if (!x || !weights) throw new Error('linear without operands');
    const flat = x.tensor.shape.length === 2;
    const rowsOf = ({ tensor: t, name }: Operand) => {
      const width = t.shape.at(-1) ?? 1;
      return t.shape.length <= 2 ? name : writer.reshape(name, [elementCount(t.shape) / width, width]);
    };
    const operands = [rowsOf(x), weights.name, ...(addend ? [rowsOf(addend)] : [])];
    const product = writer.node('Gemm', operands, { transB: { int: 1 } }, flat ? named(output) : {});
    return flat ? product : writer.reshape(product, tensor.shape, output);
  },
  conv2d: ({ strides, pads, groups }, tensor, writer, output) => {
    const operands = inputsOf(tensor, writer);
    return writer.node(
      'Conv',
      operands.map((t) => t.name),
      {
        kernel_shape: { ints: only(operands, 1).tensor.shape.slice(2) },
        strides: { ints: strides },
        pads: { ints: pads },
        group: { int: groups },
      },
      named(output),
    );
  },
  // Bounds are constants, so that ONNX Runtime merges this into the convolution before it.
  clip: direct('Clip'),
  // ONNX Runtime's kernel works through keys and values block by block on the CPU and never holds all of q·kᵀ.
  attention: (operator, tensor, writer, output) =>
    writer.node(
      'MultiHeadAttention',
      inputsOf(tensor, writer).map((t) => t.name),
      { num_heads: { int: operator.heads }, unidirectional: { int: operator.causal ? 1 : 0 } },
      { ...named(output), domain: contribDomain },
    ),
  gather: (_, tensor, writer, output) =>
    writer.node(
      'Gather',
      inputsOf(tensor, writer).map((t) => t.name),
      { axis: { int: 0 } },
      named(output),
    ),
  // ScatterElements and not ScatterND: the former adds row after row, so that two runs give the same bits.
  scatterAdd: (_, tensor, writer, output) => {
    const [indices, updates] = inputsOf(tensor, writer);
    if (!indices || !updates) throw new Error('scatterAdd without operands');
    const count = elementCount(indices.tensor.shape);
    const [rows = 1, ...rest] = tensor.shape;
    const width = elementCount(rest);
    const column = writer.reshape(indices.name, [count, 1]);
    const at = writer.node('Expand', [column, writer.integers([count, width])]);
    const added = writer.node(
      'ScatterElements',
      [
        writer.node('ConstantOfShape', [writer.integers([rows, width])]),
        at,
        writer.reshape(updates.name, [count, width]),
      ],
      { axis: { int: 0 }, reduction: { text: 'add' } },
    );
    return writer.reshape(added, tensor.shape, output);
  },
  takeLast: (_, tensor, writer, output) =>
    writer.node(
      'GatherElements',
      inputsOf(tensor, writer).map((t) => t.name),
      { axis: { int: -1 } },
      named(output),
    ),
  putLast: (_, tensor, writer, output) => {
    const [indices, updates] = inputsOf(tensor, writer).map((t) => t.name);
    if (!indices || !updates) throw new Error('putLast without operands');
    const zeros = writer.node('ConstantOfShape', [writer.integers(tensor.shape)]);
    const attributes = { axis: { int: -1 }, reduction: { text: 'add' } };
    return writer.node('ScatterElements', [zeros, indices, updates], attributes, named(output));
  },
  transpose: (operator, tensor, writer, output) =>
    writer.node(
      'Transpose',
      [only(inputsOf(tensor, writer), 0).name],
      { perm: { ints: operator.permutation } },
      named(output),
    ),
  reshape: (_, tensor, writer, output) =>
    writer.reshape(only(inputsOf(tensor, writer), 0).name, tensor.shape, output),
  broadcast: (_, tensor, writer, output) =>
    writer.node(
      'Expand',
      [only(inputsOf(tensor, writer), 0).name, writer.integers(tensor.shape)],
      {},
      named(output),
    ),
  slice: ({ axis, start, end }, tensor, writer, output) =>
    writer.node(
      'Slice',
      [
        only(inputsOf(tensor, writer), 0).name,
        writer.integers([start]),
        writer.integers([end]),
        writer.integers([axis]),
      ],
      {},
      named(output),
    ),
  concat: (operator, tensor, writer, output) =>
    writer.node(
      'Concat',
      inputsOf(tensor, writer).map((t) => t.name),
      { axis: { int: operator.axis } },
      named(output),
    ),
  reduce: (operator, tensor, writer, output) =>
    writer.node(
      { sum: 'ReduceSum', mean: 'ReduceMean', max: 'ReduceMax' }[operator.by],
      [only(inputsOf(tensor, writer), 0).name, writer.integers([operator.axis])],
      { keepdims: { int: 1 } },
      named(output),
    ),
  topK: (operator, tensor, writer, output) => {
    const first = writer.node(
      'TopK',
      [only(inputsOf(tensor, writer), 0).name, writer.integers([operator.k])],
      { axis: { int: -1 }, largest: { int: 1 }, sorted: { int: 1 } },
      { outputs: 2 },
    );
    const part = operator.part === 'values' ? first : `${first}.1`;
    return output === undefined ? part : writer.node('Identity', [part], {}, { output });
  },
};

/** Writes one operator with its rule and returns the name of its value (`output`, where one is given). */
export function lowerOperator(
  operator: Operator,
  tensor: Tensor,
  writer: GraphWriter,
  output: string | undefined,
): string {
  if (operator.kind === 'input' || operator.kind === 'constant' || operator.kind === 'weight')
    throw new Error(`a ${operator.kind} has no operator to write`);
  // The map is indexed by the very kind of the operator handed to the rule; TypeScript cannot follow that correlation.
  const rule = rules[operator.kind] as Rule<OperatorKind>;
  return rule(operator, tensor, writer, output);
}
