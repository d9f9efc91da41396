import protobuf from 'protobufjs';

/**
 * The part of ONNX's protobuf schema that our graphs use, by field number (onnx/onnx.proto, Apache-2.0 specification,
 * IR version 10). Repeated numbers are written unpacked, as proto2 does.
 */
const messages = {
  ModelProto: {
    irVersion: [1, 'int64'],
    producerName: [2, 'string'],
    graph: [7, 'GraphProto'],
    opsetImport: [8, 'OperatorSetIdProto', 'repeated'],
  },
  OperatorSetIdProto: { domain: [1, 'string'], version: [2, 'int64'] },
  GraphProto: {
    node: [1, 'NodeProto', 'repeated'],
    name: [2, 'string'],
    initializer: [5, 'TensorProto', 'repeated'],
    input: [11, 'ValueInfoProto', 'repeated'],
    output: [12, 'ValueInfoProto', 'repeated'],
  },
  NodeProto: {
    input: [1, 'string', 'repeated'],
    output: [2, 'string', 'repeated'],
    name: [3, 'string'],
    opType: [4, 'string'],
    attribute: [5, 'AttributeProto', 'repeated'],
    domain: [7, 'string'],
  },
  AttributeProto: {
    name: [1, 'string'],
    f: [2, 'float'],
    i: [3, 'int64'],
    s: [4, 'bytes'],
    ints: [8, 'int64', 'repeated'],
    type: [20, 'int32'],
  },
  TensorProto: {
    dims: [1, 'int64', 'repeated'],
    dataType: [2, 'int32'],
    name: [8, 'string'],
    rawData: [9, 'bytes'],
    externalData: [13, 'StringStringEntryProto', 'repeated'],
    dataLocation: [14, 'int32'],
  },
  StringStringEntryProto: { key: [1, 'string'], value: [2, 'string'] },
  ValueInfoProto: { name: [1, 'string'], type: [2, 'TypeProto'] },
  TypeProto: { tensorType: [1, 'TensorTypeProto'] },
  TensorTypeProto: { elemType: [1, 'int32'], shape: [2, 'TensorShapeProto'] },
  TensorShapeProto: { dim: [1, 'DimensionProto', 'repeated'] },
  DimensionProto: { dimValue: [1, 'int64'] },
} as const satisfies Record<string, Record<string, readonly [number, string, 'repeated'?]>>;

export type AttributeValue =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly text: string }
  | { readonly ints: readonly number[] };

export interface OnnxNode {
  readonly opType: string;
  readonly domain?: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly content:
    | { readonly rawData: Uint8Array }
    | { readonly location: string; readonly offsetBytes: number; readonly lengthBytes: number };
}

export interface OnnxValue {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
}

export interface OnnxModel {
  readonly graphName: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly opsets: Readonly<Record<string, number>>;
}

/** TensorProto.DataType */
export const onnxDataTypes = { f32: 1, u8: 2, i64: 7, f16: 10 } as const;

const attributeTypes = { float: 1, int: 2, text: 3, ints: 7 } as const;
const externalDataLocation = 1;
const irVersion = 10;

function buildModelType(): protobuf.Type {
  const root = new protobuf.Root();
  for (const [name, fields] of Object.entries(messages)) {
    const type = new protobuf.Type(name);
    for (const [fieldName, [number, fieldType, rule]] of Object.entries<
      readonly [number, string, 'repeated'?]
    >(fields))
      type.add(
        new protobuf.Field(
          fieldName,
          number,
          fieldType,
          rule,
          undefined,
          rule ? { packed: false } : undefined,
        ),
      );
    root.add(type);
  }
  root.resolveAll();
  return root.lookupType('ModelProto');
}

const modelType = buildModelType();

function valueInfo({ name, dims, dataType }: OnnxValue) {
  return {
    name,
    type: { tensorType: { elemType: dataType, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } },
  };
}

function attribute(name: string, value: AttributeValue) {
  if ('float' in value) return { name, type: attributeTypes.float, f: value.float };
  if ('int' in value) return { name, type: attributeTypes.int, i: value.int };
  if ('text' in value) return { name, type: attributeTypes.text, s: Buffer.from(value.text, 'utf8') };
  return { name, type: attributeTypes.ints, ints: [...value.ints] };
}

function tensorProto({ name, dims, dataType, content }: OnnxTensor) {
  const common = { name, dims: [...dims], dataType };
  if ('rawData' in content) return { ...common, rawData: content.rawData };
  return {
    ...common,
    dataLocation: externalDataLocation,
    externalData: [
      { key: 'location', value: content.location },
      { key: 'offset', value: String(content.offsetBytes) },
      { key: 'length', value: String(content.lengthBytes) },
    ],
  };
}

/** The bytes of an ONNX file. The same model always gives the same bytes. */
export function encodeOnnxModel(model: OnnxModel): Uint8Array {
  const message = modelType.fromObject({
    irVersion,
    producerName: 'anomaly-workbench',
    opsetImport: Object.entries(model.opsets).map(([domain, version]) => ({ domain, version })),
    graph: {
      name: model.graphName,
      node: model.nodes.map((node, index) => ({
        name: `${node.opType}_${index}`,
        opType: node.opType,
        domain: node.domain ?? '',
        input: [...node.input],
        output: [...node.output],
        attribute: Object.entries(node.attributes).map(([name, value]) => attribute(name, value)),
      })),
      initializer: model.initializers.map(tensorProto),
      input: model.inputs.map(valueInfo),
      output: model.outputs.map(valueInfo),
    },
  });
  return modelType.encode(message).finish();
}
