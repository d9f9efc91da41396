/** PRO is integrated up to this false positive rate (methods.md §8). */
export const proLimit = 0.3;

/** Counts of everything that will be walked, from the highest threshold to the lowest. */
export interface WalkTotals {
  readonly positives: number;
  readonly negatives: number;
}

/** What lies above a threshold. `weight` is Σ over anomalous pixels of 1/area of their component: PRO times the number of components. */
export interface WalkPoint {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly weight: number;
}

/** A threshold at which counts are noted: everything with a key of at least `key` lies above it. */
export interface Cut {
  readonly index: number;
  readonly key: number;
}

export interface NotedCut {
  readonly index: number;
  readonly falsePositives: number;
  readonly weight: number;
}

/** Parts of the metrics that a stretch of thresholds contributes; parts of neighbouring stretches are added. */
export interface WalkPart {
  /** Σ of negatives times the positives above them, ties half: AUROC·positives·negatives. */
  readonly rocArea: number;
  /** Σ over positives of the precision at their threshold: AP·positives. */
  readonly precisionSum: number;
  readonly bestF1: number;
  /** The highest key that reaches it; -1 where no positive was walked over. */
  readonly bestKey: number;
  /** ∫ weight d(false positives) up to the limit: AUPRO·limit·negatives·components. */
  readonly proArea: number;
  readonly cuts: readonly NotedCut[];
}

export const noPart: WalkPart = {
  rocArea: 0,
  precisionSum: 0,
  bestF1: 0,
  bestKey: -1,
  proArea: 0,
  cuts: [],
};

/** Sums; of the two best F1 the better, of equals the one with the higher threshold. */
export function addParts(a: WalkPart, b: WalkPart): WalkPart {
  const isBetter = b.bestF1 > a.bestF1 || (b.bestF1 === a.bestF1 && b.bestKey > a.bestKey);
  const best = isBetter ? b : a;
  return {
    rocArea: a.rocArea + b.rocArea,
    precisionSum: a.precisionSum + b.precisionSum,
    bestF1: best.bestF1,
    bestKey: best.bestKey,
    proArea: a.proArea + b.proArea,
    cuts: [...a.cuts, ...b.cuts],
  };
}

/** Walks down a stretch of thresholds and gathers what all metrics need; see `WalkPart`. */
export class MetricWalk {
  readonly #positives: number;
  readonly #limit: number;
  #truePositives: number;
  #falsePositives: number;
  #weight: number;
  #rocArea = 0;
  #precisionSum = 0;
  #bestF1 = 0;
  #bestKey = -1;
  #proArea = 0;
  readonly #cuts: NotedCut[] = [];

  /** `start`: what lies above the stretch. */
  constructor({ positives, negatives }: WalkTotals, start: WalkPoint) {
    this.#positives = positives;
    this.#limit = proLimit * negatives;
    this.#truePositives = start.truePositives;
    this.#falsePositives = start.falsePositives;
    this.#weight = start.weight;
  }

  /** Pixels that share the next lower threshold, of which the positives weigh `weight` together. */
  add(key: number, positives: number, weight: number, negatives: number): void {
    const tp = this.#truePositives + positives;
    const fp = this.#falsePositives + negatives;
    const weightAfter = this.#weight + weight;
    if (negatives > 0) {
      this.#rocArea += (negatives * (tp + this.#truePositives)) / 2;
      const room = this.#limit - this.#falsePositives;
      if (room >= negatives) this.#proArea += (negatives * (this.#weight + weightAfter)) / 2;
      else if (room > 0) {
        // The straight line between the two points, as far as the limit.
        const weightAtLimit = this.#weight + weight * (room / negatives);
        this.#proArea += (room * (this.#weight + weightAtLimit)) / 2;
      }
    }
    if (positives > 0) {
      this.#precisionSum += (positives * tp) / (tp + fp);
      // Between two positives F1 only falls, so it is enough to look where one came.
      const f1 = (2 * tp) / (tp + fp + this.#positives);
      if (f1 > this.#bestF1) {
        this.#bestF1 = f1;
        this.#bestKey = key;
      }
    }
    this.#truePositives = tp;
    this.#falsePositives = fp;
    this.#weight = weightAfter;
  }

  /** Notes what lies above a threshold that the walk has come to. */
  note(cut: Cut): void {
    this.#cuts.push({ index: cut.index, falsePositives: this.#falsePositives, weight: this.#weight });
  }

  part(): WalkPart {
    return {
      rocArea: this.#rocArea,
      precisionSum: this.#precisionSum,
      bestF1: this.#bestF1,
      bestKey: this.#bestKey,
      proArea: this.#proArea,
      cuts: this.#cuts,
    };
  }
}
