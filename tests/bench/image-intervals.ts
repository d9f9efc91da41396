// How long intervals of image metrics take: `node tests/bench/image-intervals.ts`: 1,000 resamples of five runs over 1,725
// made-up images in 15 classes, with all differences.
import { loadavg } from 'node:os';
import { bootstrapMetrics } from '../../src-shared/metrics/bootstrap.ts';
import { seededRandom } from '../../src-shared/metrics/seeded-random.ts';

const [classes, imagesAClass, goodAClass, runs] = [15, 115, 32, 5];
const random = seededRandom(9);
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const samples = Array.from({ length: classes }, (_, k) => {
  const labels = Array.from({ length: imagesAClass }, (__, i) => (i < goodAClass ? 0 : 1));
  const columns = Array.from({ length: runs }, () => ({
    scores: labels.map((label) => normal() + label),
    threshold: null,
  }));
  return { className: `class ${k}`, labels, columns };
});
const timings = Array.from({ length: 5 }, () => {
  const startMs = performance.now();
  bootstrapMetrics(samples, { resamples: 1000, seed: 1, confidence: 0.95 });
  return performance.now() - startMs;
});
const medianMs = timings.toSorted((a, b) => a - b)[2] ?? Number.NaN;
console.log(JSON.stringify({ medianMs: Math.round(medianMs), load: loadavg()[0] }));
