import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomialBounds, trialsNeeded } from '../../../src-shared/metrics/binomial-bounds.ts';

/** Successes, trials, confidence, lower, upper: quantiles of scipy 1.17.1's `stats.beta`. */
const published: readonly (readonly [number, number, number, number, number])[] = [
  [0, 1, 0.95, 0, 0.975],
  [1, 1, 0.95, 0.025000000000000022, 1],
  [0, 10, 0.95, 0, 0.3084971078187607],
  [10, 10, 0.95, 0.6915028921812392, 1],
  [1, 10, 0.95, 0.0025285785444617865, 0.4450161170281954],
  [5, 10, 0.95, 0.18708602844739855, 0.8129139715526015],
  [3, 59, 0.95, 0.010611280323879806, 0.1414872394752549],
  [0, 299, 0.95, 0, 0.012261595907535044],
  [2, 100, 0.9, 0.0035651526032567473, 0.06161920039604069],
  [17, 83, 0.99, 0.10448188771597311, 0.3402870637914189],
  [50, 100, 0.95, 0.398321129503301, 0.601678870496699],
  [1, 1000, 0.95, 2.5317487491294065e-5, 0.005558924279826672],
  [999, 1000, 0.99, 0.992593713061647, 0.9999949874707392],
  [12, 20000, 0.95, 0.00031006596323293443, 0.0010478444435904025],
  [25000, 50000, 0.95, 0.49560749396550624, 0.5043925060344938],
  [49990, 50000, 0.999, 0.9994949658657996, 0.9999460159362635],
  [0, 100000, 0.95, 0, 3.68881141579242e-5],
  [7, 8, 0.5, 0.6973002664258396, 0.9646786299603094],
];

const counts = fc
  .integer({ min: 1, max: 3000 })
  .chain((trials) => fc.tuple(fc.integer({ min: 0, max: trials }), fc.constant(trials)));
const confidences = fc.double({ min: 0.5, max: 0.999, noNaN: true });

describe('exact binomial bounds', () => {
  for (const [successes, trials, confidence, lower, upper] of published) {
    it(`of ${successes} in ${trials} at ${confidence} are scipy’s within 1e-9`, () => {
      const bounds = binomialBounds(successes, trials, confidence);
      expect(Math.abs(bounds.lower - lower)).toBeLessThan(1e-9);
      expect(Math.abs(bounds.upper - upper)).toBeLessThan(1e-9);
    });
  }

  it('hold the share, mirror for failures, and widen with the confidence', () => {
    fc.assert(
      fc.property(counts, confidences, ([successes, trials], confidence) => {
        const { lower, upper } = binomialBounds(successes, trials, confidence);
        const mirrored = binomialBounds(trials - successes, trials, confidence);
        const wider = binomialBounds(successes, trials, (1 + confidence) / 2);
        expect(lower).toBeLessThanOrEqual(successes / trials);
        expect(upper).toBeGreaterThanOrEqual(successes / trials);
        expect(mirrored.lower).toBeCloseTo(1 - upper, 9);
        expect(mirrored.upper).toBeCloseTo(1 - lower, 9);
        expect(wider.lower).toBeLessThanOrEqual(lower + 1e-12);
        expect(wider.upper).toBeGreaterThanOrEqual(upper - 1e-12);
      }),
      { seed: 6, numRuns: 100 },
    );
  });

  it('leave just half of what is left out on either side, counted term by term', () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 60 })
          .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n))),
        ([successes, trials]) => {
          const { lower, upper } = binomialBounds(successes, trials, 0.95);
          if (successes > 0) expect(1 - atMost(successes - 1, trials, lower)).toBeCloseTo(0.025, 8);
          if (successes < trials) expect(atMost(successes, trials, upper)).toBeCloseTo(0.025, 8);
        },
      ),
      { seed: 6, numRuns: 100 },
    );
  });

  it('refuse what is no count and no confidence', () => {
    const cases: readonly [number, number, number][] = [
      [0, 0, 0.95],
      [3, 2, 0.95],
      [-1, 2, 0.95],
      [0.5, 2, 0.95],
      [1, 2, 1],
      [1, 2, Number.NaN],
    ];
    for (const [successes, trials, confidence] of cases)
      expect(() => binomialBounds(successes, trials, confidence)).toThrow(RangeError);
  });
});

describe('images needed for a promise', () => {
  it('are as many as scipy’s quantiles ask for', () => {
    const needed = (share: number, promised: number) => trialsNeeded({ share, promised }, 0.95);
    expect(needed(0, 0.5)).toBe(6);
    expect(needed(0, 0.05)).toBe(72);
    expect(needed(0, 0.01)).toBe(368);
    expect(needed(0, 0.001)).toBe(3688);
    expect(needed(0.1, 0.2)).toBe(65);
    expect(needed(0.005, 0.01)).toBe(1518);
    expect(needed(0.0099, 0.01)).toBe(3_803_746);
  });

  it('are the fewest: the interval keeps the promise with them and breaks it with one less', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 0.9, noNaN: true }), confidences, (promised, confidence) => {
        const needed = trialsNeeded({ share: 0, promised }, confidence);
        expect(needed).not.toBeNull();
        expect(binomialBounds(0, needed!, confidence).upper).toBeLessThanOrEqual(promised + 1e-9);
        if (needed! > 1)
          expect(binomialBounds(0, needed! - 1, confidence).upper).toBeGreaterThan(promised - 1e-9);
      }),
      { seed: 6, numRuns: 100 },
    );
  });

  it('are not to be had where as much goes wrong as was promised, or nearly', () => {
    expect(trialsNeeded({ share: 0.01, promised: 0.01 }, 0.95)).toBeNull();
    expect(trialsNeeded({ share: 0.5, promised: 0.1 }, 0.95)).toBeNull();
    expect(trialsNeeded({ share: 0.00999, promised: 0.01 }, 0.95)).toBeNull();
    expect(trialsNeeded({ share: 1, promised: 1 }, 0.95)).toBe(1);
    expect(() => trialsNeeded({ share: 0, promised: 0 }, 0.95)).toThrow(RangeError);
    expect(() => trialsNeeded({ share: -0.1, promised: 0.5 }, 0.95)).toThrow(RangeError);
    expect(() => trialsNeeded({ share: 0, promised: 0.5 }, 0)).toThrow(RangeError);
  });
});

/** Probability of at most so many successes, summed. */
function atMost(successes: number, trials: number, share: number): number {
  let [sum, term] = [0, (1 - share) ** trials];
  for (let k = 0; k <= successes; k++) {
    sum += term;
    term *= ((trials - k) / (k + 1)) * (share / (1 - share));
  }
  return sum;
}
