/** Both ends belong to it. */
export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/**
 * The bias-corrected and accelerated interval (BCa): Efron, «Better bootstrap confidence intervals», JASA 82 (1987),
 * 171-185; Davison and Hinkley, «Bootstrap Methods and their Application» (1997), §5.3.2. Percentile intervals are not
 * used because the best F1 and AP of a resample are higher than the sample's own on average (a resample repeats images,
 * and F1-max picks the best threshold), which they would double instead of taking it back.
 *
 * `replicates`: the figure of each resample, sorted here, in place; `acceleration`: see `accelerationOf`. Null where all
 * replicates are one number: then the resamples say nothing of how far off the figure may be.
 */
export function bcaInterval(
  replicates: Float64Array,
  estimate: number,
  acceleration: number,
  confidence: number,
): Interval | null {
  replicates.sort();
  const count = replicates.length;
  const [first, last] = [replicates[0] ?? 0, replicates[count - 1] ?? 0];
  if (last - first < 1e-12) return null;
  const share = (shareBelow(replicates, estimate) + shareBelow(replicates, estimate, true)) / 2;
  // An estimate outside all replicates would shift the interval without end.
  const bias = normalQuantile(Math.min(1 - 0.5 / count, Math.max(0.5 / count, share)));
  const at = (tail: number) => {
    const z = bias + normalQuantile(tail);
    return normalShare(bias + z / (1 - acceleration * z));
  };
  const tail = (1 - confidence) / 2;
  return { lower: quantileOf(replicates, at(tail)), upper: quantileOf(replicates, at(1 - tail)) };
}

/**
 * BCa's acceleration of several samples (Davison and Hinkley, equation 5.28's form for stratified data):
 * Σ_s Σ_i (l_si/n_s)³ / (6·(Σ_s Σ_i (l_si/n_s)²)^{3/2}), where l_si = (n_s - 1)·(mean of θ₍ₛᵢ₎ - θ₍ₛᵢ₎) and θ₍ₛᵢ₎ is the
 * figure without unit i of stratum s. `strata[s][i]` is θ₍ₛᵢ₎; 0 where leaving out any unit changes nothing.
 */
export function accelerationOf(strata: readonly ArrayLike<number>[]): number {
  let [squares, cubes] = [0, 0];
  for (const without of strata) {
    const count = without.length;
    let sum = 0;
    for (let i = 0; i < count; i++) sum += without[i] as number;
    for (let i = 0; i < count; i++) {
      const influence = ((count - 1) * (sum / count - (without[i] as number))) / count;
      squares += influence ** 2;
      cubes += influence ** 3;
    }
  }
  return squares < 1e-24 ? 0 : cubes / (6 * squares ** 1.5);
}

/** Share of sorted values below (or also at) a value; what differs in the last bits is equal. */
function shareBelow(sorted: Float64Array, value: number, orEqual = false): number {
  const limit = orEqual ? value + 1e-12 : value - 1e-12;
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < limit) low = middle + 1;
    else high = middle;
  }
  return low / sorted.length;
}

/** Linear between order statistics, the k-th of B (from 1) standing at k/(B + 1). */
function quantileOf(sorted: Float64Array, share: number): number {
  const place = Math.min(sorted.length - 1, Math.max(0, share * (sorted.length + 1) - 1));
  const below = Math.floor(place);
  const low = sorted[below] as number;
  const high = sorted[Math.min(sorted.length - 1, below + 1)] as number;
  return low + (high - low) * (place - below);
}

/** Φ; error below 7.5e-8 (Abramowitz and Stegun, 26.2.17). */
export function normalShare(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return z < 0 ? tail : 1 - tail;
}

/** Φ⁻¹ of a share between 0 and 1, by bisection of `normalShare`; error below 1e-4 from 0.0005 to 0.9995. */
export function normalQuantile(share: number): number {
  if (share === 0.5) return 0;
  let [low, high] = [-8, 8];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
