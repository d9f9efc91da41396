import { describe, expect, it } from 'vitest';
import { accelerationOf, bcaInterval } from '../../../src-shared/metrics/bootstrap-interval.ts';
import { bootstrapMetrics } from '../../../src-shared/metrics/bootstrap.ts';
import { describeClasses, noStatistics } from '../../../src-shared/metrics/bootstrap-statistics.ts';
import { findMaskRegions } from '../../../src-shared/metrics/mask-regions.ts';
import { bitsOf } from '../../../src-shared/metrics/ordered-keys.ts';
import { affordableBins, binsOf, KeySample } from '../../../src-shared/metrics/pixel-bins.ts';
import { resamplePixels } from '../../../src-shared/metrics/pixel-bootstrap.ts';
import {
  HistogramSum,
  measureHistogram,
  PixelHistograms,
  pixelSampleMetrics,
} from '../../../src-shared/metrics/pixel-histograms.ts';
import { strataOf, walkResamples } from '../../../src-shared/metrics/resample-images.ts';
import { seededRandom } from '../../../src-shared/metrics/seeded-random.ts';
import { bruteForceMetrics } from './brute-force.ts';

const side = 10;
const options = { resamples: 60, seed: 1, confidence: 0.95 };

interface ImageSet {
  readonly labels: readonly number[];
  readonly maps: readonly Float32Array[];
  readonly masks: readonly (Uint8Array | null)[];
}

/** Good images first; of every anomalous one a rectangle or two, higher on average. `levels`: so few distinct values. */
function drawImages(
  seed: number,
  { good, anomalous, levels = null }: { good: number; anomalous: number; levels?: number | null },
): ImageSet {
  const random = seededRandom(seed);
  const labels = [...Array<number>(good).fill(0), ...Array<number>(anomalous).fill(1)];
  const images = labels.map((label) => {
    const mask = label === 1 ? new Uint8Array(side * side) : null;
    const base = random();
    if (mask !== null) {
      for (let region = 0; region < 1 + Math.floor(random() * 2); region++) {
        const [left, top] = [Math.floor(random() * 7), Math.floor(random() * 7)];
        for (let y = top; y < top + 3; y++) mask.fill(1, y * side + left, y * side + left + 1 + region);
      }
    }
    const map = Float32Array.from({ length: side * side }, (_, at) => {
      const value = base + random() * 2 + (mask?.[at] === 1 ? 0.4 + random() : 0);
      return levels === null ? value - 1 : Math.floor((value * levels) / 5);
    });
    return { map, mask };
  });
  return { labels, maps: images.map(({ map }) => map), masks: images.map(({ mask }) => mask) };
}

function measureExactly({ maps, masks }: ImageSet, indices: readonly number[]): readonly number[] {
  const found = bruteForceMetrics({
    maps: indices.map((k) => maps[k]!),
    masks: indices.map((k) => masks[k] ?? null),
    width: side,
    height: side,
  });
  return pixelSampleMetrics.map((metric) => found[metric] ?? Number.NaN);
}

function histogramsOf({ maps, masks }: ImageSet, binCount: number): PixelHistograms {
  const regions = masks.map((mask) => mask && findMaskRegions(mask, side, side));
  const sample = new KeySample({ normalStride: 1, anomalousStride: 1 });
  for (const [k, map] of maps.entries()) sample.add(bitsOf(map), regions[k] ?? null);
  const histograms = new PixelHistograms(sample.chooseBins(binCount), maps.length, maps.length);
  for (const [k, map] of maps.entries()) histograms.add(map, regions[k] ?? null);
  return histograms;
}

function resample(images: ImageSet, binCount = 1024, className = 'felt', asked = options) {
  const everything = [...images.labels.keys()];
  const exact = measureExactly(images, everything);
  return resamplePixels(
    {
      className,
      labels: images.labels,
      places: everything,
      histograms: histogramsOf(images, binCount),
      exact: {
        auroc: known(exact[0]),
        ap: known(exact[1]),
        f1Max: known(exact[2]),
        aupro: known(exact[3]),
        auproPaper: known(exact[4]),
      },
    },
    asked,
  );
}

function known(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}

/** Ends of intervals lie on a few of the outermost resamples. */
const manyOptions = { ...options, resamples: 400 };

/** The images of every resample as `walkResamples` draws them, one after another as often as they were drawn. */
function drawnIndices(labels: readonly number[], asked = options): readonly (readonly number[])[] {
  const weights = new Uint16Array(labels.length);
  const drawn: number[][] = [];
  walkResamples({ strata: strataOf(labels), weights, checkStop: () => undefined }, 'felt', asked, () =>
    drawn.push([...weights].flatMap((times, k) => Array<number>(times).fill(k))),
  );
  return drawn;
}

/** The intervals of a bootstrap that measures every resampled set of images anew, pixel by pixel. */
function naiveIntervals(images: ImageSet) {
  const all = [...images.labels.keys()];
  const estimates = measureExactly(images, all);
  const replicates = drawnIndices(images.labels, manyOptions).map((indices) =>
    measureExactly(images, indices),
  );
  const without = [0, 1].map((label) =>
    all
      .filter((k) => images.labels[k] === label)
      .map((left) =>
        measureExactly(
          images,
          all.filter((k) => k !== left),
        ),
      ),
  );
  return estimates.map((estimate, m) => {
    const acceleration = accelerationOf(without.map((units) => units.map((values) => values[m]!)));
    const own = Float64Array.from(replicates, (values) => values[m]!);
    return { estimate, interval: bcaInterval(own, estimate, acceleration, manyOptions.confidence) };
  });
}

describe('pixel metrics of resampled images', () => {
  it('are those of the same images measured pixel by pixel, within the bound that is told', () => {
    for (const [seed, binCount] of [
      [1, 1024],
      [2, 96],
      [3, 24],
    ] as const) {
      const images = drawImages(seed, { good: 5, anomalous: 6 });
      const statistics = resample(images, binCount);
      const drawn = drawnIndices(images.labels);
      for (const [b, indices] of drawn.entries()) {
        const exact = measureExactly(images, indices);
        for (const [m, metric] of pixelSampleMetrics.entries()) {
          const { replicates, bound } = statistics[m]!;
          const isOff = Math.abs(replicates[b]! - exact[m]!);
          if (metric === 'auproPaper') expect(isOff).toBeLessThan(0.15);
          // Kept in single precision.
          else expect(isOff, `${metric}, ${binCount} bins`).toBeLessThanOrEqual(bound! + 1e-6);
        }
      }
      const bounds = statistics.map(({ bound }) => bound);
      expect(bounds[pixelSampleMetrics.indexOf('auproPaper')]).toBeNull();
      expect(bounds[0]).toBeGreaterThan(0);
      for (const bound of bounds.slice(0, 4)) expect(bound).toBeLessThan(1.5 / Math.sqrt(binCount));
    }
  });

  it('have the intervals of a bootstrap that measures all pixels of every resample anew', () => {
    const images = drawImages(4, { good: 6, anomalous: 7 });
    const [group] = describeClasses(
      [{ className: 'felt', statistics: [resample(images, 1024, 'felt', manyOptions)] }],
      manyOptions,
    );
    const naiveFigures = naiveIntervals(images);
    for (const [m, metric] of pixelSampleMetrics.entries()) {
      const figure = group!.figures[0]![m]!;
      const naive = naiveFigures[m]!.interval!;
      expect(figure.estimate, metric).toBe(naiveFigures[m]!.estimate);
      // Of some ten copies of a pixel, AP feels whether they are told apart.
      const near = metric === 'auproPaper' || metric === 'ap' ? 0.02 : 0.005;
      expect(Math.abs(figure.interval!.lower - naive.lower), metric).toBeLessThan(near);
      expect(Math.abs(figure.interval!.upper - naive.upper), metric).toBeLessThan(near);
      expect(figure.discretisation?.error ?? 0, metric).toBeLessThan(near);
    }
  });

  it('are exact, and say so, where every value has a bin of its own: ties', () => {
    const images = drawImages(5, { good: 4, anomalous: 5, levels: 9 });
    const statistics = resample(images);
    for (const [b, indices] of drawnIndices(images.labels).entries()) {
      const exact = measureExactly(images, indices);
      for (const [m, metric] of pixelSampleMetrics.entries())
        expect(statistics[m]!.replicates[b], metric).toBeCloseTo(exact[m]!, 6);
    }
    const [group] = describeClasses([{ className: 'felt', statistics: [statistics] }], options);
    const at = pixelSampleMetrics.indexOf('auroc');
    expect(statistics.slice(0, 4).map(({ bound }) => bound)).toEqual([0, 0, 0, 0]);
    expect(group!.figures[0]![at]!.interval).not.toBeNull();
    expect(group!.figures[0]![at]!.discretisation).toBeNull();
  });

  it('are drawn as those of images: the same images in every resample, whatever is measured', () => {
    const images = drawImages(6, { good: 5, anomalous: 5 });
    // An image metric that only depends on which images were drawn: its interval is that of these very indices.
    const scores = images.labels.map((label, k) => label * 2 + Math.sin(k * 7));
    const threshold = 1.5;
    const [group] = bootstrapMetrics(
      [{ className: 'felt', labels: images.labels, columns: [{ scores, threshold }] }],
      options,
    );
    const recall = (indices: readonly number[]) => {
      const anomalous = indices.filter((k) => images.labels[k] === 1);
      return anomalous.filter((k) => scores[k]! >= threshold).length / anomalous.length;
    };
    const all = [...images.labels.keys()];
    const anomalous = all.filter((k) => images.labels[k] === 1);
    const interval = bcaInterval(
      Float64Array.from(drawnIndices(images.labels), recall),
      recall(all),
      accelerationOf([
        all.filter((k) => images.labels[k] === 0).map(() => recall(all)),
        anomalous.map((left) => recall(all.filter((k) => k !== left))),
      ]),
      options.confidence,
    );
    expect(interval).not.toBeNull();
    expect(group!.figures[0]![3]!.interval).toEqual(interval);
  });

  it('of two runs are paired: a run and its copy differ by nothing, and a difference is not that of two intervals', () => {
    const images = drawImages(7, { good: 6, anomalous: 6 });
    const noise = seededRandom(70);
    const worse = { ...images, maps: images.maps.map((map) => map.map((value) => value + noise() * 4)) };
    const [first, second] = [resample(images), resample(worse)];
    const statistics = [first, second, [...first]];
    const [group] = describeClasses([{ className: 'felt', statistics }], options);
    const [better, , same] = group!.differences[0]!.map((each) => each?.[0]);
    expect(better!.estimate).toBeNull();
    expect(same).toMatchObject({ estimate: 0, interval: null, reason: 'no-spread', aboveShare: 0.5 });
    const difference = group!.differences[0]![1]![0]!;
    expect(difference.estimate).toBeGreaterThan(0);
    const widthOf = ({ interval }: { interval: { lower: number; upper: number } | null }) =>
      interval!.upper - interval!.lower;
    const [a, b] = group!.figures.map((figures) => figures[0]!);
    expect(widthOf(difference)).toBeLessThan(Math.hypot(widthOf(a!), widthOf(b!)));
    expect(difference.discretisation!.bound).toBeCloseTo(first[0]!.bound! + second[0]!.bound!, 12);
  });

  it('have no interval where one image of a label is repeated by every resample, or where there is no figure', () => {
    const intervalsOf = (images: ImageSet) =>
      describeClasses([{ className: 'felt', statistics: [resample(images)] }], options)[0]!.figures[0]!.map(
        ({ estimate, interval, reason }) => ({ hasEstimate: estimate !== null, interval, reason }),
      );
    const tooFew = { hasEstimate: true, interval: null, reason: 'too-few' };
    expect(intervalsOf(drawImages(8, { good: 1, anomalous: 6 })).slice(0, 4)).toEqual(Array(4).fill(tooFew));
    expect(intervalsOf(drawImages(8, { good: 6, anomalous: 1 })).slice(0, 4)).toEqual(Array(4).fill(tooFew));
    // Without good images their pixels are those around the defects: sets of that kind have pixel metrics only.
    expect(intervalsOf(drawImages(8, { good: 0, anomalous: 6 }))[0]!.interval).not.toBeNull();
    const none = { hasEstimate: false, interval: null, reason: 'no-figure' };
    expect(intervalsOf(drawImages(8, { good: 6, anomalous: 0 }))).toEqual(Array(5).fill(none));
  });

  it('have a mean over the classes that have them', () => {
    const [felt, wood] = [
      drawImages(9, { good: 4, anomalous: 5 }),
      drawImages(10, { good: 5, anomalous: 4 }),
    ];
    const classes = [
      { className: 'felt', statistics: [resample(felt)] },
      { className: 'tile', statistics: [noStatistics('tile', pixelSampleMetrics.length)] },
      { className: 'wood', statistics: [resample(wood, 1024, 'wood')] },
    ];
    const groups = describeClasses(classes, options);
    expect(groups.map(({ className }) => className)).toEqual([null, 'felt', 'tile', 'wood']);
    const aurocs = groups.map(({ figures }) => figures[0]![0]!);
    expect(aurocs[2]!.estimate).toBeNull();
    expect(aurocs[0]!.estimate).toBeCloseTo((aurocs[1]!.estimate! + aurocs[3]!.estimate!) / 2, 12);
    expect(aurocs[0]!.interval!.upper - aurocs[0]!.interval!.lower).toBeLessThan(
      Math.max(...[aurocs[1]!, aurocs[3]!].map(({ interval }) => interval!.upper - interval!.lower)),
    );
    expect(aurocs[0]!.discretisation!.bound).toBeLessThanOrEqual(
      Math.max(aurocs[1]!.discretisation!.bound!, aurocs[3]!.discretisation!.bound!),
    );
  });

  it('can be stopped', () => {
    const images = drawImages(11, { good: 3, anomalous: 3 });
    const sample = {
      className: 'felt',
      labels: images.labels,
      places: [...images.labels.keys()],
      histograms: histogramsOf(images, 64),
      exact: { auroc: null, ap: null, f1Max: null, aupro: null, auproPaper: null },
    };
    let asked = 0;
    const stop = () => {
      if (++asked > 2) throw new Error('stopped');
    };
    expect(() => resamplePixels(sample, options, stop)).toThrow('stopped');
    expect(asked).toBe(3);
  });
});

describe('bins of map values', () => {
  it('are as many as memory allows: 4 KiB a good image and 16 an anomalous one, fewer for more images', () => {
    expect(affordableBins(300, 100, 2 ** 27)).toBe(1024);
    const images = 50_000;
    const bins = affordableBins(images, 5000, 2 ** 27);
    expect(bins).toBeLessThan(1024);
    expect(bins * (4 * images + 12 * 5000)).toBeLessThanOrEqual(2 ** 27);
    expect(affordableBins(0, 0, 2 ** 27)).toBe(1024);
  });

  it('hold every pixel once, also beyond the edges, negative values and zeros of both signs', () => {
    const map = new Float32Array([-3, -0, 0, 1e-30, 0.5, 7, -Infinity, Infinity, 2]);
    const mask = new Uint8Array([0, 1, 0, 0, 1, 0, 0, 1, 0]);
    const sample = new KeySample({ normalStride: 1, anomalousStride: 1 });
    sample.add(bitsOf(new Float32Array([-1, 0, 0.5, 1])), null);
    for (const bins of [sample.chooseBins(64), sample.chooseBins(3), binsOf(new Uint32Array())]) {
      const histograms = new PixelHistograms(bins, 1, 1);
      histograms.add(map, findMaskRegions(mask, 3, 3));
      const sum = new HistogramSum(bins.count);
      histograms.sum([2], sum);
      const totalOf = (counts: Float64Array) => counts.reduce((total, count) => total + count, 0);
      expect(totalOf(sum.negatives)).toBe(12);
      expect(totalOf(sum.positives)).toBe(6);
      expect(totalOf(sum.weights)).toBeCloseTo(sum.components, 12);
      const values = new Float64Array(5);
      measureHistogram(sum, bins, values, new Float64Array(5));
      expect(values[0]).toBeGreaterThanOrEqual(0);
      expect(values[0]).toBeLessThanOrEqual(1);
    }
    expect(() =>
      new PixelHistograms(binsOf(new Uint32Array([1, 2])), 1, 0).add(new Float32Array([NaN]), null),
    ).toThrow(RangeError);
  });
});
