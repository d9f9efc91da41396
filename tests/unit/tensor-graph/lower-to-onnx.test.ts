import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { lowerToOnnx } from '../../../src-main/compute/tensor-graph/lower-to-onnx.ts';
import * as op from '../../../src-main/compute/tensor-graph/operators.ts';
import { topologicalOrder } from '../../../src-main/compute/tensor-graph/tensor.ts';
import { evaluate, inScratchFolder } from './run-graph.ts';

/** Operator names of a written file, read with a schema of this test's own. */
function operatorsOf(bytes: Uint8Array): string[] {
  const root = protobuf.parse(`
    syntax = "proto2";
    message Node { optional string op_type = 4; }
    message Graph { repeated Node node = 1; }
    message Model { optional Graph graph = 7; }`).root;
  const model = root.lookupType('Model').toObject(root.lookupType('Model').decode(bytes)) as {
    graph: { node?: { opType: string }[] };
  };
  return (model.graph.node ?? []).map(({ opType }) => opType);
}

describe('structural sharing', () => {
  it('gives equal expressions equal keys and different ones different keys', () => {
    const x = () => op.input('x', [2], 'f32');
    expect(op.exp(x()).key).toBe(op.exp(x()).key);
    expect(op.exp(x()).key).not.toBe(op.log(x()).key);
    expect(op.constant([2], [1, 2]).key).not.toBe(op.constant([2], [1, 3]).key);
    expect(op.subtract(x(), op.scalar(1)).key).not.toBe(op.subtract(op.scalar(1), x()).key);
    const y = op.constant([2, 2], [1, 2, 3, 4]);
    expect(op.reduce(y, 'sum', 0).key).not.toBe(op.reduce(y, 'sum', 1).key);
  });

  it('writes a sub-expression once, however often it was built', () => {
    const x = op.input('x', [2], 'f32');
    const twice = op.add(op.multiply(op.exp(x), op.exp(x)), op.exp(op.input('x', [2], 'f32')));
    expect(operatorsOf(lowerToOnnx({ name: 'g', outputs: { y: twice } })).sort()).toEqual([
      'Add',
      'Exp',
      'Mul',
    ]);
  });

  it('leaves out what no output reaches', () => {
    const x = op.input('x', [2], 'f32');
    op.exp(x);
    expect(operatorsOf(lowerToOnnx({ name: 'g', outputs: { y: op.log(x) } }))).toEqual(['Log']);
  });

  it('orders thousands of operators one behind the other without running out of stack', () => {
    let x = op.input('x', [1], 'f32');
    for (let i = 0; i < 20_000; i++) x = op.relu(op.add(x, op.scalar(i)));
    expect(topologicalOrder([x]).length).toBe(60_001);
  });
});

describe('written graphs', () => {
  it('are the same bytes every time', () => {
    const build = () =>
      lowerToOnnx({
        name: 'g',
        outputs: { y: op.softmax(op.add(op.input('x', [2, 2], 'f32'), op.scalar(1))) },
      });
    expect(build()).toEqual(build());
  });

  it('give a value under every name that asks for it, leaves included', async () => {
    const x = op.input('x', [2], 'f32');
    const doubled = op.add(x, x);
    const feeds = { x: new OrtTensor('float32', Float32Array.from([1, 2]), [2]) };
    expect(await evaluate({ a: doubled, b: doubled, c: x, d: op.scalar(7) }, feeds)).toEqual({
      a: [2, 4],
      b: [2, 4],
      c: [1, 2],
      d: [7],
    });
  });

  it('refuse two inputs of one name and different shapes', () => {
    const sum = op.add(op.input('x', [2], 'f32'), op.reshape(op.input('x', [1, 2], 'f32'), [2]));
    expect(() => lowerToOnnx({ name: 'g', outputs: { y: sum } })).toThrow(
      /two different inputs are called x/,
    );
  });

  it('read weights, and rows of them, from a file beside the graph, at any offset', async () => {
    await inScratchFolder(async (folder) => {
      const data = Float32Array.from({ length: 6 }, (_, i) => i + 0.5);
      const prefix = Buffer.alloc(5);
      writeFileSync(join(folder, 'w.bin'), Buffer.concat([prefix, Buffer.from(data.buffer)]));
      const whole = op.weight('w', [3, 2], { location: 'w.bin', offsetBytes: 5, lengthBytes: 24 });
      const graph = {
        name: 'g',
        outputs: {
          all: op.add(whole, op.scalar(0)),
          rows: op.add(op.weightRows(whole, 1, 3), op.scalar(0)),
          flat: op.add(op.weightAs(whole, [6]), op.scalar(0)),
        },
      };
      const path = join(folder, 'g.onnx');
      writeFileSync(path, lowerToOnnx(graph));
      expect(readFileSync(path).includes(Buffer.from(data.buffer))).toBe(false);
      const session = await InferenceSession.create(path);
      const results = await session.run({});
      expect(Array.from(results['all']!.data as Float32Array)).toEqual([...data]);
      expect(Array.from(results['rows']!.data as Float32Array)).toEqual([2.5, 3.5, 4.5, 5.5]);
      expect(results['flat']!.dims).toEqual([6]);
      await session.release();
    });
  });

  it('refuse weights whose bytes do not fill their shape', () => {
    const at = { location: 'w.bin', offsetBytes: 0, lengthBytes: 20 };
    expect(() => op.weight('w', [3, 2], at)).toThrow(/w has 20 bytes/);
  });
});
