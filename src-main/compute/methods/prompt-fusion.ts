import type { TrainingSettings } from '../../../src-shared/domain/training.ts';
import type { Features } from './method.ts';
import {
  abnormalProbabilities,
  comparedRow,
  cosineScale,
  meanFeature,
  normalised,
  rowOf,
  type TextPair,
} from './similarity.ts';

/** How similarities to several abnormality prompts become one: FAPrompt's mean, or its paper's ablations. */
export type PromptFusion = TrainingSettings['fusion'];

/** A normal prompt and several abnormal ones that images are compared with. */
export interface FusedTexts {
  /** With the prototype, the mean of the raw abnormal features. */
  readonly pair: TextPair;
  /** P(abnormal) of each row, whatever its length, unless the rows keep theirs. */
  probabilities(features: Features): Float32Array;
}

/**
 * `mean`: against the prototype. `best`: against the prompt that is matched best. `weighted`: by the mean of all similarities, each
 * weighted by softmax over the prompts of cosine / 0.07. The same as training's `compare` computes.
 */
export function fuseTexts(fusion: PromptFusion, normal: Float32Array, abnormal: Features): FusedTexts {
  const pair = { normal, abnormal: meanFeature(abnormal) };
  if (fusion === 'mean') return { pair, probabilities: (features) => abnormalProbabilities(features, pair) };
  const prompts = Array.from({ length: abnormal.rows }, (_, prompt) => normalised(rowOf(abnormal, prompt)));
  const similarity = fusion === 'best' ? largest : weighted;
  return {
    pair,
    probabilities: (features) =>
      Float32Array.from({ length: features.rows }, (_, row) => {
        const feature = comparedRow(features, row);
        const ofAbnormal = similarity(prompts.map((prompt) => cosineScale * dot(feature, prompt)));
        return 1 / (1 + Math.exp(cosineScale * dot(feature, normal) - ofAbnormal));
      }),
  };
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}

function largest(similarities: readonly number[]): number {
  return similarities.reduce((a, b) => Math.max(a, b));
}

/** Σ softmax(s)·s, stable whatever their size. */
function weighted(similarities: readonly number[]): number {
  const most = largest(similarities);
  const weights = similarities.map((value) => Math.exp(value - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return similarities.reduce((sum, value, i) => sum + (value * (weights[i] ?? 0)) / total, 0);
}
