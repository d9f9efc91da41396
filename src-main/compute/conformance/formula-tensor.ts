// What lives here: checking this build against folders of reference numbers (golden/README.md).
// What may not: arithmetic of its own; it drives the same graphs and methods that scans use.

/** 32-bit FNV-1a hash of a text's UTF-8 bytes. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** mulberry32: numbers in [0, 1), the same on every machine. */
export function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Shape, scale and offset of a tensor made by formula, as golden files list them. */
export type TensorFormula = readonly [shape: readonly number[], scale: number, offset: number];

const chunkElements = 1 << 20;

/** Values of tensor(name, shape, scale, offset)[k] = float32(offset + scale·(2·u_k - 1)), row-major, in pieces. */
export function* formulaChunks(name: string, [shape, scale, offset]: TensorFormula): Generator<Float32Array> {
  const random = mulberry32(fnv1a(name));
  let left = shape.reduce((product, size) => product * size, 1);
  while (left > 0) {
    const piece = new Float32Array(Math.min(left, chunkElements));
    for (let i = 0; i < piece.length; i++) piece[i] = offset + scale * (2 * random() - 1);
    left -= piece.length;
    yield piece;
  }
}

export function formulaTensor(name: string, formula: TensorFormula): Float32Array {
  const chunks = [...formulaChunks(name, formula)];
  const all = new Float32Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
