import { seededRandom } from './seeded-random.ts';

/** How resamples are drawn and what is made of them. */
export interface BootstrapOptions {
  readonly resamples: number;
  readonly seed: number;
  /** 0-1. */
  readonly confidence: number;
}

/** Always the same, so that the same comparison has the same intervals, here and anywhere else. */
export const intervalOptions = {
  resamples: 1000,
  seed: 1,
  confidence: 0.95,
} as const satisfies BootstrapOptions;

/** At most so many units of a stratum are left out in turn; larger strata are left out in parts. */
const mostUnits = 200;
const imagesACheck = 16;

/** The good images of a class and its anomalous ones, by place, without those that count nowhere. */
export function strataOf(
  labels: ArrayLike<number | boolean>,
  counts: (image: number) => boolean = () => true,
): readonly Uint32Array[] {
  const images = Array.from({ length: labels.length }, (_, image) => image).filter(counts);
  return [0, 1].map((label) => Uint32Array.from(images.filter((image) => (labels[image] ? 1 : 0) === label)));
}

export interface ResampleWalk {
  readonly strata: readonly Uint32Array[];
  /** Images by place count as often as this says; of one length with the labels, and written to. */
  readonly weights: Uint16Array;
  /** Called every few resamples; what it throws ends the walk. */
  readonly checkStop: () => void;
}

/**
 * Draws the images of every stratum anew with replacement, `resamples` times. A class has a random stream of its own, so
 * the same images in the same order are drawn alike whatever is measured on them.
 */
export function walkResamples(
  { strata, weights, checkStop }: ResampleWalk,
  className: string,
  { resamples, seed }: Pick<BootstrapOptions, 'resamples' | 'seed'>,
  visit: (resample: number) => void,
): void {
  const random = seededRandom(seed, className);
  for (let b = 0; b < resamples; b++) {
    if (b % imagesACheck === 0) checkStop();
    weights.fill(0);
    for (const images of strata) {
      for (let k = 0; k < images.length; k++) {
        const image = images[Math.floor(random() * images.length)] as number;
        weights[image] = (weights[image] as number) + 1;
      }
    }
    visit(b);
  }
}

/** Units of each stratum: images or, of large strata, every k-th one together. */
export function unitCounts(strata: readonly Uint32Array[]): readonly number[] {
  return strata.map((images) => Math.min(mostUnits, images.length));
}

/** Leaves out one unit of one stratum after another; all others count once. */
export function walkWithout(
  { strata, weights, checkStop }: ResampleWalk,
  visit: (stratum: number, unit: number) => void,
): void {
  weights.fill(1);
  const counts = unitCounts(strata);
  for (const [stratum, images] of strata.entries()) {
    const units = counts[stratum] as number;
    for (let unit = 0; unit < units; unit++) {
      if (unit % imagesACheck === 0) checkStop();
      for (let k = unit; k < images.length; k += units) weights[images[k] as number] = 0;
      visit(stratum, unit);
      for (let k = unit; k < images.length; k += units) weights[images[k] as number] = 1;
    }
  }
}
