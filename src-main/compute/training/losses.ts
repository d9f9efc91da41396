// What lives here: one training step of each learned method as a graph: prompts, losses, gradients, optimiser.
// What may not: files, sessions, the order of images; those are training-sessions' and core's.
import {
  add,
  constant,
  divide,
  exp,
  log,
  multiply,
  reduce,
  relu,
  reshape,
  scalar,
  slice,
  subtract,
  transpose,
  matmul,
} from '../tensor-graph/operators.ts';
import { meanAll, normaliseRows, sumAll } from '../tensor-graph/sums.ts';
import type { Tensor } from '../tensor-graph/tensor.ts';

const one = scalar(1);

export function negative(x: Tensor): Tensor {
  return multiply(x, scalar(-1));
}

/** Σ of scalars; 0 of none. */
export function sumOf(terms: readonly Tensor[]): Tensor {
  const [first, ...others] = terms;
  return first ? others.reduce((sum, term) => add(sum, term), first) : scalar(0);
}

/**
 * Mean over images of -log P(label): cross-entropy over [normal, abnormal]. probabilities [batch, 2], labels [batch] of 0 and 1.
 * Cosines over 0.07 are within ±15, so that no probability of fp32 is ever 0.
 */
export function crossEntropy(probabilities: Tensor, labels: Tensor): Tensor {
  const batch = labels.shape[0] ?? 1;
  const column = (index: number) => reshape(slice(log(probabilities), 1, index, index + 1), [batch]);
  const chosen = add(multiply(labels, column(1)), multiply(subtract(one, labels), column(0)));
  return negative(meanAll(chosen));
}

/** Keeps the one-hot mask away from 0 and 1, and p_t away from 0 (released loss.py of AnomalyCLIP). */
const clamp = 1e-5;

/**
 * Focal loss without class weights, mean over all pixels of -(1 - p_t)²·log p_t with p_t = Σ onehot·S + 1e-5, the one-hot
 * mask clamped to [1e-5, 1 - 1e-5] (methods.md §5). abnormal and masks [batch, S, S]; S_n = 1 - S_a makes p_t linear in S_a.
 */
export function focalLoss(abnormal: Tensor, masks: Tensor): Tensor {
  const clamped = add(multiply(masks, scalar(1 - 2 * clamp)), scalar(clamp));
  const slope = subtract(multiply(clamped, scalar(2)), one);
  const base = subtract(scalar(1 + clamp), clamped);
  const probability = add(base, multiply(slope, abnormal));
  const missing = subtract(one, probability);
  return negative(meanAll(multiply(multiply(missing, missing), log(probability))));
}

/** Sums over the pixels of each image, [batch, 1]: Σ S·G, Σ S and Σ G, with S the abnormal side of the map and G the mask. */
export interface PixelSums {
  readonly both: Tensor;
  readonly ofMap: Tensor;
  readonly ofMask: Tensor;
  readonly pixels: number;
}

/**
 * Dice losses of both sides, 1 - (2Σ S·G + 1)/(Σ S + Σ G + 1) an image and the mean over the batch (methods.md §5); those of the
 * normal side follow from the abnormal one's: Σ (1 - S)(1 - G) = N - Σ S - Σ G + Σ S·G.
 */
export function diceLosses({ both, ofMap, ofMask, pixels }: PixelSums): {
  readonly abnormal: Tensor;
  readonly normal: Tensor;
} {
  const area = add(ofMap, ofMask);
  const loss = (overlap: Tensor, total: Tensor) =>
    meanAll(subtract(one, divide(add(multiply(overlap, scalar(2)), one), add(total, one))));
  return {
    abnormal: loss(both, area),
    normal: loss(add(subtract(scalar(pixels), area), both), subtract(scalar(2 * pixels), area)),
  };
}

/**
 * FAPrompt's loss of the image score, mean of (1 - e^-b)²·b with b the binary cross-entropy with logits that is fed the score,
 * a probability, itself (methods.md §6). scores and labels [batch]. b = log(1 + e^s) - y·s; scores lie within 0 to 1.
 */
export function imageFocalLoss(scores: Tensor, labels: Tensor): Tensor {
  const b = subtract(log(add(one, exp(scores))), multiply(labels, scores));
  const weight = subtract(one, exp(negative(b)));
  return meanAll(multiply(multiply(weight, weight), b));
}

/** Σ over pairs of |cos| of rows [prompts, width] (FAPrompt's orthogonal loss); 0 of a single row. */
export function orthogonalLoss(rows: Tensor): Tensor {
  const count = rows.shape[0] ?? 1;
  if (count < 2) return scalar(0);
  const unit = normaliseRows(rows);
  const cosines = matmul(unit, transpose(unit, [1, 0]));
  const absolute = add(relu(cosines), relu(negative(cosines)));
  // The upper triangle: each pair once, and nothing of a row with itself.
  const pairs = Array.from({ length: count * count }, (_, i) => (i % count > Math.floor(i / count) ? 1 : 0));
  return sumAll(multiply(absolute, constant([count, count], pairs)));
}

/** Σ over normal images of mean(prior²) (FAPrompt). priors [batch, width], labels [batch]. */
export function priorLoss(priors: Tensor, labels: Tensor): Tensor {
  const [batch = 1] = priors.shape;
  const squares = reshape(reduce(multiply(priors, priors), 'mean', 1), [batch]);
  return sumAll(multiply(squares, subtract(one, labels)));
}
