/** What is known of a share after so many trials. */
export interface BinomialBounds {
  readonly lower: number;
  readonly upper: number;
}

/**
 * Exact (Clopper-Pearson) interval of a share, two-sided: each end leaves out half of what the confidence leaves.
 * Source: Clopper and Pearson, «The use of confidence or fiducial limits…», Biometrika 26 (1934); the ends are quantiles of
 * the beta distribution. Right to 1e-9. Throws RangeError for counts that are no counts and a confidence outside (0, 1).
 */
export function binomialBounds(successes: number, trials: number, confidence: number): BinomialBounds {
  if (!Number.isInteger(trials) || trials < 1) throw new RangeError(`${trials} trials cannot bound a share.`);
  if (!Number.isInteger(successes) || successes < 0 || successes > trials) {
    throw new RangeError(`${successes} of ${trials} is no count.`);
  }
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`${confidence} is no confidence.`);
  const tail = (1 - confidence) / 2;
  const failures = trials - successes;
  return {
    lower: successes === 0 ? 0 : betaQuantile(tail, successes, failures + 1),
    upper: failures === 0 ? 1 : betaQuantile(1 - tail, successes + 1, failures),
  };
}

/**
 * The fewest trials that support «at most this share» if events go on as often as they did: so many that the interval's
 * upper end, as of `binomialBounds`, is not above what was promised. With events only in expectation (share · trials need
 * not be a whole number), so that one image more never asks for more images. «At most 1 missed in N» is 1 / N.
 * Null where events come too often for the promise, or where more than `most` would be needed.
 * Throws RangeError for a promise, a share or a confidence outside their ranges.
 */
export function trialsNeeded(
  { share, promised }: { readonly share: number; readonly promised: number },
  confidence: number,
  most = 10_000_000,
): number | null {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`${share} is no share.`);
  if (!(promised > 0 && promised <= 1)) throw new RangeError(`${promised} is no share to promise.`);
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`${confidence} is no confidence.`);
  if (promised === 1) return 1;
  if (share >= promised) return null;
  const tail = (1 - confidence) / 2;
  // The upper end is at or below p just where as few events or fewer have at most the tail's probability under p.
  const supports = (trials: number) =>
    1 - regularisedBeta(promised, share * trials + 1, (1 - share) * trials) <= tail;
  let high = 1;
  while (!supports(high)) {
    if (high >= most) return null;
    high = Math.min(most, high * 2);
  }
  let low = 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (supports(middle)) high = middle;
    else low = middle + 1;
  }
  return high;
}

/**
 * The x at which the regularised incomplete beta function reaches a probability: Newton's steps, which double the right
 * digits each time, and halving where one of them would leave what is known to hold the x. A threshold that is dragged
 * asks for ten of them at every step, and halving alone takes six times as long.
 */
function betaQuantile(probability: number, a: number, b: number): number {
  const constant = logGamma(a + b) - logGamma(a) - logGamma(b);
  let [low, high] = [0, 1];
  let x = a / (a + b);
  for (let step = 0; step < mostSteps && high - low > 1e-13; step++) {
    const off = regularisedBeta(x, a, b, constant) - probability;
    if (off < 0) low = x;
    else high = x;
    const slope = Math.exp(constant + (a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x));
    const next = x - off / slope;
    const isInside = next > low && next < high;
    if (isInside && Math.abs(next - x) <= 1e-14) return next;
    x = isInside ? next : (low + high) / 2;
  }
  return (low + high) / 2;
}

const mostSteps = 100;

/** I_x(a, b), by its continued fraction on the side where that converges fast. `constant`: -ln B(a, b), where it is known. */
function regularisedBeta(
  x: number,
  a: number,
  b: number,
  constant = logGamma(a + b) - logGamma(a) - logGamma(b),
): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(constant + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(x, a, b)) / a
    : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

const tiny = 1e-300;
const mostTerms = 20_000;

/** The continued fraction of I_x(a, b) by Lentz' method as Thompson and Barnett changed it (J. Comput. Phys. 64, 1986). */
function betaFraction(x: number, a: number, b: number): number {
  const away = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < mostTerms; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return fraction;
}

/** ln Γ(x) for x > 0: Stirling's series after the recurrence has lifted x to 12 (error below 1e-15 of the value). */
function logGamma(x: number): number {
  let lifted = x;
  let product = 0;
  while (lifted < 12) product += Math.log(lifted++);
  const inverse = 1 / lifted;
  const square = inverse * inverse;
  const series =
    inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))));
  return (lifted - 0.5) * Math.log(lifted) - lifted + Math.log(2 * Math.PI) / 2 + series - product;
}
