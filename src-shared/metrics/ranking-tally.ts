/** AUROC, average precision and best F1 of one ranking; null when all labels are the same. */
export interface TallyResult {
  readonly auroc: number | null;
  readonly ap: number | null;
  readonly f1Max: number | null;
}

/**
 * The metrics of `ranking.ts` for counts that come one threshold at a time, from the highest down, and are kept nowhere:
 * what rankings of many million pixels need.
 */
export class RankingTally {
  readonly #positives: number;
  readonly #negatives: number;
  #truePositives = 0;
  #falsePositives = 0;
  #area = 0;
  #precisionSum = 0;
  #bestF1 = 0;

  /** Numbers of anomalous and of good items that will come in all. */
  constructor(positives: number, negatives: number) {
    this.#positives = positives;
    this.#negatives = negatives;
  }

  /** Items that share the next lower threshold. */
  add(positives: number, negatives: number): void {
    const before = this.#truePositives;
    const tp = before + positives;
    const fp = this.#falsePositives + negatives;
    this.#area += (negatives * (tp + before)) / 2;
    if (positives > 0) {
      this.#precisionSum += (positives * tp) / (tp + fp);
      // Between two positives F1 only falls, so it is enough to look where one came.
      const f1 = (2 * tp) / (tp + fp + this.#positives);
      if (f1 > this.#bestF1) this.#bestF1 = f1;
    }
    this.#truePositives = tp;
    this.#falsePositives = fp;
  }

  result(): TallyResult {
    if (this.#positives === 0 || this.#negatives === 0) return { auroc: null, ap: null, f1Max: null };
    return {
      auroc: this.#area / (this.#positives * this.#negatives),
      ap: this.#precisionSum / this.#positives,
      f1Max: this.#bestF1,
    };
  }
}
