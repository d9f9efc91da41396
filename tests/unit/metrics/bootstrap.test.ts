import { describe, expect, it } from 'vitest';
import {
  accelerationOf,
  bcaInterval,
  normalQuantile,
  normalShare,
} from '../../../src-shared/metrics/bootstrap-interval.ts';
import { bootstrapMetrics, type BootstrapSample } from '../../../src-shared/metrics/bootstrap.ts';
import { auroc, averagePrecision, f1Max } from '../../../src-shared/metrics/ranking.ts';
import { seededRandom } from '../../../src-shared/metrics/seeded-random.ts';
import { measureWeighted, sampleMetrics, sortColumn } from '../../../src-shared/metrics/weighted-metrics.ts';

const options = { resamples: 1000, seed: 1, confidence: 0.95 };
const at = (metric: (typeof sampleMetrics)[number]) => sampleMetrics.indexOf(metric);

function normals(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Good images from N(0, 1), anomalous ones from N(shift, 1). */
function drawSample(random: () => number, good: number, anomalous: number, shift: number) {
  const normal = normals(random);
  const labels = [...Array<number>(good).fill(0), ...Array<number>(anomalous).fill(1)];
  return { labels, scores: labels.map((label) => normal() + label * shift) };
}

function sampleOf(
  labels: readonly number[],
  columns: readonly (readonly number[])[],
  className = 'felt',
  threshold: number | null = null,
): BootstrapSample {
  return { className, labels, columns: columns.map((scores) => ({ scores, threshold })) };
}

describe('metrics of weighted images', () => {
  const measure = (
    scores: number[],
    labels: number[],
    weights: number[],
    threshold: number | null = null,
  ) => {
    const result = new Float64Array(sampleMetrics.length);
    measureWeighted(sortColumn(scores, labels, threshold), weights, result);
    return result;
  };

  it('are those of the ranking where an image that counts n times stands there n times, ties and all', () => {
    const random = seededRandom(3);
    for (let trial = 0; trial < 200; trial++) {
      const count = 2 + Math.floor(random() * 20);
      const scores = Array.from({ length: count }, () => Math.floor(random() * 8));
      const labels = Array.from({ length: count }, () => (random() < 0.5 ? 1 : 0));
      const weights = Array.from({ length: count }, () => Math.floor(random() * 3));
      const repeat = (values: readonly number[]) =>
        values.flatMap((value, k) => Array<number>(weights[k]!).fill(value));
      const repeated = { scores: repeat(scores), labels: repeat(labels) };
      const [area, ap, best] = [...measure(scores, labels, weights)].map((value) =>
        Number.isNaN(value) ? -1 : value,
      );
      expect(area).toBeCloseTo(auroc(repeated) ?? -1, 12);
      expect(ap).toBeCloseTo(averagePrecision(repeated) ?? -1, 12);
      expect(best).toBeCloseTo(f1Max(repeated)?.value ?? -1, 12);
    }
  });

  it('at a threshold count what reaches it', () => {
    const result = measure([5, 4, 4, 3, 1], [1, 0, 1, 1, 0], [1, 1, 1, 1, 1], 4);
    expect(result[at('recall')]).toBeCloseTo(2 / 3, 12);
    expect(result[at('falseAlarmRate')]).toBe(0.5);
    expect(result[at('precision')]).toBeCloseTo(2 / 3, 12);
    expect(result[at('f1')]).toBeCloseTo(2 / 3, 12);
    const none = measure([5, 1], [1, 0], [1, 1], 9);
    expect(none[at('recall')]).toBe(0);
    expect(none[at('precision')]).toBeNaN();
  });

  it('leave out images without a score', () => {
    const whole = measure([3, 2, 1], [1, 0, 0], [1, 1, 1]);
    expect(measure([3, Number.NaN, 2, 1], [1, 1, 0, 0], [1, 1, 1, 1])).toEqual(whole);
  });
});

describe('BCa intervals', () => {
  it('know the normal distribution', () => {
    expect(normalShare(1.959963985)).toBeCloseTo(0.975, 6);
    expect(normalShare(-1)).toBeCloseTo(0.158655254, 6);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963985, 4);
    expect(normalQuantile(0.5)).toBe(0);
  });

  it('are percentiles where nothing is biased or skewed, and shift against the bias where it is', () => {
    const replicates = Float64Array.from({ length: 999 }, (_, k) => (k + 1) / 1000);
    const plain = bcaInterval(replicates, 0.5, 0, 0.95);
    expect(plain?.lower).toBeCloseTo(0.025, 4);
    expect(plain?.upper).toBeCloseTo(0.975, 4);
    // Most resamples lie above the estimate 0.3: Φ(2·Φ⁻¹(0.3) ± 1.96).
    const shifted = bcaInterval(replicates, 0.3, 0, 0.95);
    expect(shifted?.lower).toBeCloseTo(normalShare(2 * normalQuantile(0.3) - 1.96), 2);
    expect(shifted?.upper).toBeCloseTo(normalShare(2 * normalQuantile(0.3) + 1.96), 2);
  });

  it('take the acceleration of a mean from its skewness: Σd³ / (6·(Σd²)^1.5)', () => {
    const values = [1, 2, 2, 3, 9];
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const without = values.map((value) => (mean * values.length - value) / (values.length - 1));
    const deviations = values.map((value) => value - mean);
    const cubes = deviations.reduce((sum, d) => sum + d ** 3, 0);
    const squares = deviations.reduce((sum, d) => sum + d ** 2, 0);
    expect(accelerationOf([without])).toBeCloseTo(cubes / (6 * squares ** 1.5), 12);
    expect(accelerationOf([[2, 2, 2]])).toBe(0);
  });
});

describe('the bootstrap of a comparison', () => {
  const { labels, scores } = drawSample(seededRandom(11), 30, 40, 1);
  const blur = normals(seededRandom(12));
  const worse = scores.map((score) => score + blur() * 3);

  it('is the same for the same seed, another for another, and never another for other classes beside it', () => {
    const sample = sampleOf(labels, [scores, worse], 'felt');
    const [alone] = bootstrapMetrics([sample], options);
    expect(bootstrapMetrics([sample], options)).toEqual([alone]);
    expect(bootstrapMetrics([sample], { ...options, seed: 2 })).not.toEqual([alone]);
    const both = bootstrapMetrics(
      [
        sampleOf(
          [0, 0, 1, 1],
          [
            [1, 2, 2, 3],
            [1, 1, 2, 3],
          ],
          'tile',
        ),
        sample,
      ],
      options,
    );
    expect(both.map(({ className }) => className)).toEqual([null, 'tile', 'felt']);
    expect(both[2]).toEqual(alone);
  });

  it('gives the figures themselves and intervals around them', () => {
    const [group] = bootstrapMetrics([sampleOf(labels, [scores])], options);
    const figure = group!.figures[0]![at('auroc')]!;
    expect(figure.estimate).toBeCloseTo(auroc({ scores, labels })!, 12);
    expect(figure.interval!.lower).toBeLessThan(figure.estimate!);
    expect(figure.interval!.upper).toBeGreaterThan(figure.estimate!);
    expect(group!.figures[0]![at('recall')]).toMatchObject({
      estimate: null,
      interval: null,
      reason: 'no-figure',
      discretisation: null,
    });
  });

  it('says how often one run is the better one, on the same drawn images', () => {
    const [group] = bootstrapMetrics([sampleOf(labels, [scores, worse, scores])], options);
    const better = group!.differences[0]![1]![at('auroc')]!;
    const turned = group!.differences[1]![0]![at('auroc')]!;
    expect(better.estimate).toBeGreaterThan(0);
    expect(better.aboveShare).toBeGreaterThan(0.9);
    expect(better.aboveShare! + turned.aboveShare!).toBeCloseTo(1, 12);
    expect(turned.interval!.lower).toBeCloseTo(-better.interval!.upper, 2);
    // The same scores twice: no drawn set of images tells them apart.
    expect(group!.differences[0]![2]![at('auroc')]).toEqual({
      discretisation: null,
      estimate: 0,
      interval: null,
      reason: 'no-spread',
      aboveShare: 0.5,
    });
  });

  it('is narrower for the difference of runs that err alike than each run’s own interval', () => {
    const random = normals(seededRandom(21));
    const alike = scores.map((score) => score + 0.1 * random());
    const [group] = bootstrapMetrics([sampleOf(labels, [scores, alike])], options);
    const width = ({ interval }: { interval: { lower: number; upper: number } | null }) =>
      interval!.upper - interval!.lower;
    const own = width(group!.figures[0]![at('auroc')]!);
    expect(width(group!.differences[0]![1]![at('auroc')]!)).toBeLessThan(own / 2);
  });

  it('has no interval where it cannot tell: one label, a single image of a label, a perfect separation', () => {
    const reasonOf = (own: number[], ownScores: number[]) =>
      bootstrapMetrics([sampleOf(own, [ownScores])], options)[0]!.figures[0]![at('auroc')];
    expect(reasonOf([0, 0, 0], [1, 2, 3])).toMatchObject({
      estimate: null,
      interval: null,
      reason: 'no-figure',
      discretisation: null,
    });
    expect(reasonOf([0, 1, 1], [1, 2, 0])).toMatchObject({
      estimate: 0.5,
      interval: null,
      reason: 'too-few',
    });
    expect(reasonOf([0, 0, 1, 1], [1, 2, 3, 4])).toEqual({
      discretisation: null,
      estimate: 1,
      interval: null,
      reason: 'no-spread',
    });
    expect(bootstrapMetrics([], options)).toEqual([]);
  });

  it('has no interval of a mean in which a class cannot be drawn anew, and leaves out classes without a figure', () => {
    const fine = sampleOf(labels, [scores], 'felt');
    const single = sampleOf([0, 1, 1], [[1, 2, 0]], 'nut');
    const good = sampleOf([0, 0], [[1, 2]], 'tile');
    const meanOf = (samples: BootstrapSample[]) =>
      bootstrapMetrics(samples, options)[0]!.figures[0]![at('auroc')]!;
    expect(meanOf([fine, single])).toMatchObject({ interval: null, reason: 'too-few' });
    const own = auroc({ scores, labels })!;
    expect(meanOf([fine, single]).estimate).toBeCloseTo((own + 0.5) / 2, 12);
    expect(meanOf([fine, good]).estimate).toBeCloseTo(own, 12);
    expect(meanOf([fine, good]).interval).not.toBeNull();
  });

  it('compares no means over different classes', () => {
    const gone = labels.map(() => Number.NaN);
    const groups = bootstrapMetrics(
      [sampleOf(labels, [scores, scores], 'felt'), sampleOf(labels, [worse, gone], 'tile')],
      options,
    );
    expect(groups[0]!.differences[0]![1]![at('auroc')]).toMatchObject({
      estimate: null,
      reason: 'other-classes',
    });
  });

  it('narrows the mean of many classes', () => {
    const samples = Array.from({ length: 9 }, (_, k) => {
      const drawn = drawSample(seededRandom(k + 100), 30, 40, 1);
      return sampleOf(drawn.labels, [drawn.scores], `class ${k}`);
    });
    const groups = bootstrapMetrics(samples, options);
    const widths = groups.map(({ figures }) => {
      const { lower, upper } = figures[0]![at('auroc')]!.interval!;
      return upper - lower;
    });
    const typical = widths.slice(1).reduce((sum, width) => sum + width, 0) / 9;
    expect(widths[0]! / typical).toBeGreaterThan(0.2);
    expect(widths[0]! / typical).toBeLessThan(0.5);
  });

  it('draws few-shot runs on the images that count for them', () => {
    const partial = scores.map((score, k) => (k < 5 ? Number.NaN : score));
    const [group] = bootstrapMetrics([sampleOf(labels, [scores, partial])], options);
    expect(group!.figures[1]![at('auroc')]!.estimate).toBeCloseTo(
      auroc({ scores: scores.slice(5), labels: labels.slice(5) })!,
      12,
    );
    expect(group!.differences[0]![1]![at('auroc')]!.interval).not.toBeNull();
  });

  it('stops when it is told to', () => {
    let calls = 0;
    const stop = () => {
      calls++;
      if (calls === 3) throw new Error('stopped');
    };
    expect(() => bootstrapMetrics([sampleOf(labels, [scores])], options, stop)).toThrow('stopped');
  });

  // Of 400 drawn sets (1,000 resamples) with 20+40, 40+80, 60+60 and 200+300 images the 95 % intervals held the truth in
  // 95.8, 94.5, 96.0 and 95.5 % (AUROC), 90.7 to 95.3 % (AP), 86.8 to 93.2 % (F1-max); plain percentiles in 92.2 to 95.3,
  // 86.8 to 93.0 and 69.5 to 84.8 %.
  it('holds the true AUROC and AP about as often as it promises, F1-max somewhat less', () => {
    const random = seededRandom(5, 'coverage');
    const truthOf = (good: number, anomalous: number, shift: number) => {
      const drawn = drawSample(random, good, anomalous, shift);
      const result = new Float64Array(sampleMetrics.length);
      measureWeighted(
        sortColumn(drawn.scores, drawn.labels, null),
        new Uint8Array(drawn.labels.length).fill(1),
        result,
      );
      return result;
    };
    const truth = truthOf(40_000, 80_000, 1.5);
    expect(truth[0]).toBeCloseTo(normalShare(1.5 / Math.SQRT2), 2);
    const trials = 200;
    const held = [0, 0, 0];
    for (let trial = 0; trial < trials; trial++) {
      const drawn = drawSample(random, 40, 80, 1.5);
      const [group] = bootstrapMetrics([sampleOf(drawn.labels, [drawn.scores])], {
        resamples: 400,
        seed: trial,
        confidence: 0.95,
      });
      for (const m of held.keys()) {
        const interval = group!.figures[0]![m]!.interval!;
        if (interval.lower <= truth[m]! && truth[m]! <= interval.upper) held[m]!++;
      }
    }
    const [area, ap, best] = held.map((count) => count / trials);
    expect(area).toBeGreaterThan(0.91);
    expect(area).toBeLessThan(0.99);
    expect(ap).toBeGreaterThan(0.87);
    expect(best).toBeGreaterThan(0.82);
  });
});
