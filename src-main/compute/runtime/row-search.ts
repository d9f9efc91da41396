import { Tensor as OrtTensor } from 'onnxruntime-node';
import type { Features, RowMemory, RowSearch } from '../methods/method.ts';
import { input, linear, reduce } from '../tensor-graph/operators.ts';
import { lowerToOnnx } from '../tensor-graph/lower-to-onnx.ts';
import { floats } from './feature-extractor.ts';
import type { LoadedGraph, SessionStore } from './session-store.ts';

/** Remembered rows in one product: bounds what is in memory to queries × this (ViT-L at 518 px: 22 MB). */
const maxBlockRows = 4096;

const names = { queries: 'queries', memory: 'memory', largest: 'largest' } as const;

/** Searches by products queries · memoryᵀ, block by block of the memory. Graphs are made for each shape once and live in `sessions`. */
export function createRowSearch(sessions: SessionStore): RowSearch & { release(): Promise<void> } {
  const graphs = new Map<string, Promise<LoadedGraph>>();

  function graphOf(queryRows: number, blockRows: number, width: number): Promise<LoadedGraph> {
    const key = [queryRows, blockRows, width].join();
    const known = graphs.get(key);
    if (known) return known;
    const products = linear(
      input(names.queries, [queryRows, width], 'f32'),
      input(names.memory, [blockRows, width], 'f32'),
      null,
    );
    const loading = sessions.load(
      lowerToOnnx({ name: 'nearest', outputs: { [names.largest]: reduce(products, 'max', 1) } }),
    );
    graphs.set(key, loading);
    return loading;
  }

  return {
    remember: (rows) => Promise.resolve(createMemory(rows, graphOf)),
    async release() {
      for (const graph of graphs.values()) await (await graph.catch(() => undefined))?.release();
      graphs.clear();
    },
  };
}

function createMemory(
  { rows, width, data }: Features,
  graphOf: (queryRows: number, blockRows: number, width: number) => Promise<LoadedGraph>,
): RowMemory {
  if (rows === 0) throw new Error('no rows were given to remember');
  const blockCount = Math.ceil(rows / maxBlockRows);
  const blockRows = Math.ceil(rows / blockCount);
  let blocks = Array.from({ length: blockCount }, (_, i) => {
    const block = new Float32Array(blockRows * width);
    const part = data.subarray(i * blockRows * width, (i + 1) * blockRows * width);
    block.set(part);
    // The last block is filled up with a row that it has already: a maximum does not see that.
    for (let at = part.length; at < block.length; at += width) block.set(part.subarray(0, width), at);
    return new OrtTensor('float32', block, [blockRows, width]);
  });
  return {
    async largestProducts(queries) {
      if (queries.width !== width)
        throw new Error(`rows ${queries.width} wide were looked for among rows ${width} wide`);
      const graph = await graphOf(queries.rows, blockRows, width);
      const rowsAsked = new OrtTensor('float32', queries.data, [queries.rows, width]);
      const largest = new Float32Array(queries.rows).fill(-Infinity);
      for (const block of blocks) {
        const found = floats(
          await graph.run({ [names.queries]: rowsAsked, [names.memory]: block }),
          names.largest,
        );
        for (let i = 0; i < largest.length; i++) largest[i] = Math.max(largest[i] ?? 0, found[i] ?? NaN);
      }
      return largest;
    },
    release() {
      blocks = [];
      return Promise.resolve();
    },
  };
}
