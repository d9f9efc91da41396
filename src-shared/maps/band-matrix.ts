// What lives here: patch maps and what turns them into pixel maps and colours, the same in every process.
// What may not: anything that reads files or draws.

/**
 * A linear map of one axis, from `inputSize` samples to `outputSize`, each output a weighted sum of neighbours:
 * output[o] = Σ_t weights[o·stride + t] · input[first[o] + t], t < stride.
 */
export interface BandMatrix {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly stride: number;
  readonly first: Int32Array;
  readonly weights: Float64Array;
}

/** A band matrix of dense rows `[outputSize][inputSize]`, given by a function that fills one row. */
export function makeBandMatrix(
  inputSize: number,
  outputSize: number,
  fillRow: (output: number, row: Float64Array) => void,
): BandMatrix {
  const rows = Array.from({ length: outputSize }, (_, output) => {
    const row = new Float64Array(inputSize);
    fillRow(output, row);
    const from = Math.max(
      0,
      row.findIndex((weight) => weight !== 0),
    );
    const to = row.findLastIndex((weight) => weight !== 0);
    return { from, band: row.slice(from, Math.max(from, to) + 1) };
  });
  const stride = rows.reduce((widest, { band }) => Math.max(widest, band.length), 1);
  const first = new Int32Array(outputSize);
  const weights = new Float64Array(outputSize * stride);
  for (const [output, { from, band }] of rows.entries()) {
    // A short band at the end starts earlier with zero weights in front, so that all reads stay inside.
    const start = Math.min(from, inputSize - stride);
    first[output] = start;
    weights.set(band, output * stride + from - start);
  }
  return { inputSize, outputSize, stride, first, weights };
}

/**
 * Applies one matrix along the columns' direction (x) and one along the rows' (y): [rows, columns] to [y.outputSize,
 * x.outputSize], into `output` where one is given. Throws RangeError when that is of another size.
 */
export function applySeparable(
  input: Float32Array,
  x: BandMatrix,
  y: BandMatrix,
  output: Float32Array = new Float32Array(y.outputSize * x.outputSize),
): Float32Array {
  if (output.length !== y.outputSize * x.outputSize)
    throw new RangeError(`${output.length} values are not ${y.outputSize}×${x.outputSize}`);
  const across = new Float32Array(y.inputSize * x.outputSize);
  for (let row = 0; row < y.inputSize; row++) {
    for (let out = 0; out < x.outputSize; out++) {
      const source = row * x.inputSize + (x.first[out] as number);
      let sum = 0;
      for (let tap = 0; tap < x.stride; tap++) {
        sum += (x.weights[out * x.stride + tap] as number) * (input[source + tap] as number);
      }
      across[row * x.outputSize + out] = sum;
    }
  }
  const width = x.outputSize;
  const sums = new Float64Array(width);
  for (let out = 0; out < y.outputSize; out++) {
    sums.fill(0);
    for (let tap = 0; tap < y.stride; tap++) {
      const weight = y.weights[out * y.stride + tap] as number;
      if (weight === 0) continue;
      const source = ((y.first[out] as number) + tap) * width;
      for (let i = 0; i < width; i++) sums[i] = (sums[i] as number) + weight * (across[source + i] as number);
    }
    output.set(sums, out * width);
  }
  return output;
}
