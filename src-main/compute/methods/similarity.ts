import type { Features } from './method.ts';

/** CLIP's softmax temperature in every method here (methods.md §1). */
const temperature = 0.07;
/** What cosines are multiplied by before a softmax. */
export const cosineScale = 1 / temperature;

/** A row divided by its Euclidean length, in double precision; a row of zeros stays zeros. */
export function normalised(row: Float32Array): Float32Array {
  const length = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
  return length > 0 ? row.map((x) => x / length) : row.slice();
}

export function rowOf(features: Features, index: number): Float32Array {
  return features.data.subarray(index * features.width, (index + 1) * features.width);
}

/** A row as it is compared with texts: in unit length, or as it is where it is a mean of unit rows. */
export function comparedRow(features: Features, index: number): Float32Array {
  const row = rowOf(features, index);
  return features.keepsLength === true ? row : normalised(row);
}

/** Mean of the rows, each brought to unit length first, brought to unit length itself (CLIP-AC, VAND's ensemble). */
export function ensembleFeature(features: Features): Float32Array {
  const sum = new Float32Array(features.width);
  for (let row = 0; row < features.rows; row++) {
    const unit = normalised(rowOf(features, row));
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (unit[i] ?? 0) / features.rows;
  }
  return normalised(sum);
}

/** Mean of the rows as they are, brought to unit length (WinCLIP's reproduction, FAPrompt's prototype). */
export function meanFeature(features: Features): Float32Array {
  const sum = new Float32Array(features.width);
  for (let row = 0; row < features.rows; row++) {
    const values = rowOf(features, row);
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (values[i] ?? 0) / features.rows;
  }
  return normalised(sum);
}

/** Unit-length text features of «normal» and «abnormal». */
export interface TextPair {
  readonly normal: Float32Array;
  readonly abnormal: Float32Array;
}

/**
 * P(abnormal) = softmax over [normal, abnormal] of cosine / 0.07, for an un-normalised image or patch feature.
 * With two classes that is the logistic function of the difference.
 */
export function abnormalProbability(feature: Float32Array, pair: TextPair): number {
  return probabilityOf(feature, pair, false);
}

function probabilityOf(feature: Float32Array, { normal, abnormal }: TextPair, keepsLength: boolean): number {
  let squares = 0;
  let difference = 0;
  for (let i = 0; i < feature.length; i++) {
    const x = feature[i] ?? 0;
    squares += x * x;
    difference += x * ((abnormal[i] ?? 0) - (normal[i] ?? 0));
  }
  const length = keepsLength ? 1 : Math.sqrt(squares);
  const cosines = length > 0 ? difference / length : 0;
  return 1 / (1 + Math.exp(-cosines / temperature));
}

/** P(abnormal) of every row. */
export function abnormalProbabilities(features: Features, pair: TextPair): Float32Array {
  return Float32Array.from({ length: features.rows }, (_, row) =>
    probabilityOf(rowOf(features, row), pair, features.keepsLength === true),
  );
}
