/** Pillow's fixed point: 32 bits less 8 of the pixel and 2 of headroom (Resample.c, PRECISION_BITS). */
export const precisionBits = 22;
/** One half in that fixed point: added before the shift that rounds. */
export const half = 1 << (precisionBits - 1);

/** A resampling kernel of Pillow: its weight at a distance, and the distance where it ends, in pixels. */
export interface PillowFilter {
  weight(distancePx: number): number;
  readonly supportPx: number;
}

/** Keys' cubic with a = -0.5, as Pillow's BICUBIC has it. */
export const bicubic: PillowFilter = {
  supportPx: 2,
  weight(distancePx) {
    const a = -0.5;
    const x = Math.abs(distancePx);
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
    return 0;
  },
};

/** The triangle of Pillow's BILINEAR. */
export const bilinear: PillowFilter = {
  supportPx: 1,
  weight: (distancePx) => Math.max(0, 1 - Math.abs(distancePx)),
};

export interface FilterCoefficients {
  /** First input index of each output index. */
  readonly first: Int32Array;
  /** Number of taps of each output index. */
  readonly count: Int32Array;
  /** Weights in fixed point, `stride` for each output index. */
  readonly weights: Int32Array;
  readonly stride: number;
}

/** Weights of one axis (Pillow's precompute_coeffs and normalize_coeffs_8bpc): the kernel is widened when shrinking. */
export function makeFilterCoefficients(
  inputSize: number,
  outputSize: number,
  { supportPx, weight: weightAt }: PillowFilter,
): FilterCoefficients {
  const scale = inputSize / outputSize;
  const widening = Math.max(scale, 1);
  const support = supportPx * widening;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outputSize);
  const count = new Int32Array(outputSize);
  const weights = new Int32Array(outputSize * stride);
  const row = new Float64Array(stride);
  for (let out = 0; out < outputSize; out++) {
    const centre = (out + 0.5) * scale;
    const from = Math.max(0, Math.trunc(centre - support + 0.5));
    const taps = Math.min(inputSize, Math.trunc(centre + support + 0.5)) - from;
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const weight = weightAt((tap + from - centre + 0.5) * (1 / widening));
      row[tap] = weight;
      sum += weight;
    }
    const norm = sum === 0 ? 1 : 1 / sum;
    for (let tap = 0; tap < taps; tap++) {
      const weight = (row[tap] ?? 0) * norm * (1 << precisionBits);
      weights[out * stride + tap] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
    first[out] = from;
    count[out] = taps;
  }
  return { first, count, weights, stride };
}
