import {
  encodeOnnxModel,
  onnxDataTypes,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './onnx-schema.ts';
import { contribDomain, type GraphWriter } from './graph-writer.ts';
import { lowerOperator } from './onnx-rules.ts';
import { bytesOf, topologicalOrder, type Graph } from './tensor.ts';

const opsets = { '': 21, [contribDomain]: 1 };

/**
 * Writes a graph as an ONNX file's bytes. Weights become external data: their byte ranges in files beside the graph.
 * Throws where two inputs of different shapes share a name.
 */
export function lowerToOnnx(graph: Graph): Uint8Array {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const inputs = new Map<string, OnnxValue>();
  const names = new Map<string, string>();
  const outputs = Object.entries(graph.outputs);
  const outputNames = new Map<string, string>();
  for (const [name, tensor] of outputs) if (!outputNames.has(tensor.key)) outputNames.set(tensor.key, name);

  const order = topologicalOrder(outputs.map(([, tensor]) => tensor));
  const given = new Set(outputs.map(([name]) => name));
  for (const { operator } of order)
    if (operator.kind === 'input' || operator.kind === 'weight') given.add(operator.name);
  let counter = 0;
  /** A name that no input, weight or output has. */
  const fresh = (prefix: string): string => {
    const name = `${prefix}${counter++}`;
    return given.has(name) ? fresh(prefix) : name;
  };
  const writer: GraphWriter = {
    value(tensor) {
      const name = names.get(tensor.key);
      if (name === undefined) throw new Error(`a ${tensor.operator.kind} is used before it is written`);
      return name;
    },
    node(opType, nodeInputs, attributes = {}, options = {}) {
      const output = options.output ?? fresh('v');
      const others = Array.from({ length: (options.outputs ?? 1) - 1 }, (_, i) => `${output}.${i + 1}`);
      nodes.push({
        opType,
        input: nodeInputs,
        output: [output, ...others],
        attributes,
        ...(options.domain === undefined ? {} : { domain: options.domain }),
      });
      return output;
    },
    integers(values) {
      const plain = `i${values.join('_')}`;
      const name = given.has(plain) ? `${plain}#` : plain;
      initializers.set(name, {
        name,
        dims: [values.length],
        dataType: onnxDataTypes.i64,
        content: { rawData: bytesOf(BigInt64Array.from(values, BigInt)) },
      });
      return name;
    },
    reshape(value, shape, output) {
      return writer.node(
        'Reshape',
        [value, writer.integers(shape)],
        {},
        output === undefined ? {} : { output },
      );
    },
  };

  for (const tensor of order) {
    const { operator, shape, dtype } = tensor;
    const dataType = onnxDataTypes[dtype];
    if (operator.kind === 'input') {
      if (inputs.has(operator.name)) throw new Error(`two different inputs are called ${operator.name}`);
      inputs.set(operator.name, { name: operator.name, dims: shape, dataType });
      names.set(tensor.key, operator.name);
    } else if (operator.kind === 'constant' || operator.kind === 'weight') {
      const name = operator.kind === 'weight' ? operator.name : fresh('c');
      const unique = initializers.has(name) ? fresh(`${name}#`) : name;
      const content = operator.kind === 'weight' ? operator.at : { rawData: bytesOf(operator.data) };
      initializers.set(unique, { name: unique, dims: shape, dataType, content });
      names.set(tensor.key, unique);
    } else {
      names.set(tensor.key, lowerOperator(operator, tensor, writer, outputNames.get(tensor.key)));
    }
  }

  // A leaf that is an output, or one value under two names, needs a node that carries the name.
  for (const [name, tensor] of outputs)
    if (writer.value(tensor) !== name) writer.node('Identity', [writer.value(tensor)], {}, { output: name });

  return encodeOnnxModel({
    graphName: graph.name,
    nodes,
    initializers: [...initializers.values()],
    inputs: [...inputs.values()],
    outputs: outputs.map(([name, tensor]) => ({
      name,
      dims: tensor.shape,
      dataType: onnxDataTypes[tensor.dtype],
    })),
    opsets,
  });
}
