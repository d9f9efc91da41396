import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../../src-main/compute/conformance/formula-tensor.ts';
import { constant } from '../../../../src-main/compute/tensor-graph/operators.ts';
import {
  crossEntropy,
  diceLosses,
  focalLoss,
  imageFocalLoss,
  orthogonalLoss,
  priorLoss,
} from '../../../../src-main/compute/training/losses.ts';
import { drawnSums, upsampleMaps } from '../../../../src-main/compute/training/upsample.ts';
import { evaluateOne } from '../../tensor-graph/run-graph.ts';

const random = mulberry32(7);
const numbers = (count: number) => Array.from({ length: count }, random);
const [batch, side] = [3, 5];
const pixels = side * side;
const maps = numbers(batch * pixels);
const masks = numbers(batch * pixels).map((value, i) => (i < pixels ? 0 : value > 0.6 ? 1 : 0));
const labels = [0, 1, 1];
const mapTensor = constant([batch, side, side], maps);
const maskTensor = constant([batch, side, side], masks);
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe('losses against plain arithmetic', () => {
  it('takes the focal loss of clamped one-hot masks over all pixels', async () => {
    const expected = mean(
      maps.map((s, i) => {
        const hot = Math.min(Math.max(masks[i]!, 1e-5), 1 - 1e-5);
        const cold = Math.min(Math.max(1 - masks[i]!, 1e-5), 1 - 1e-5);
        const p = cold * (1 - s) + hot * s + 1e-5;
        return -((1 - p) ** 2) * Math.log(p);
      }),
    );
    expect((await evaluateOne(focalLoss(mapTensor, maskTensor)))[0]).toBeCloseTo(expected, 6);
  });

  it('stays finite where a map is wrong or right beyond all doubt', async () => {
    const sure = constant([1, 1, 2], [0, 1]);
    for (const mask of [
      [1, 0],
      [0, 1],
    ])
      expect((await evaluateOne(focalLoss(sure, constant([1, 1, 2], mask))))[0]).toSatisfy(Number.isFinite);
  });

  it('takes Dice of the abnormal and of the normal side, image by image', async () => {
    const dice = (s: readonly number[], g: readonly number[]) =>
      mean(
        Array.from({ length: batch }, (_, image) => {
          let [both, ofMap, ofMask] = [0, 0, 0];
          for (let i = image * pixels; i < (image + 1) * pixels; i++) {
            both += s[i]! * g[i]!;
            ofMap += s[i]!;
            ofMask += g[i]!;
          }
          return 1 - (2 * both + 1) / (ofMap + ofMask + 1);
        }),
      );
    const flip = (values: readonly number[]) => values.map((value) => 1 - value);
    const { abnormal, normal } = diceLosses(drawnSums(mapTensor, maskTensor));
    expect((await evaluateOne(abnormal))[0]).toBeCloseTo(dice(maps, masks), 6);
    expect((await evaluateOne(normal))[0]).toBeCloseTo(dice(flip(maps), flip(masks)), 6);
  });

  it('takes the cross-entropy of the labels', async () => {
    const abnormal = numbers(batch);
    const pairs = constant(
      [batch, 2],
      abnormal.flatMap((p) => [1 - p, p]),
    );
    const expected = -mean(abnormal.map((p, i) => Math.log(labels[i] === 1 ? p : 1 - p)));
    expect((await evaluateOne(crossEntropy(pairs, constant([batch], labels))))[0]).toBeCloseTo(expected, 5);
  });

  it('feeds the image score itself to the cross-entropy with logits', async () => {
    const scores = numbers(batch);
    const expected = mean(
      scores.map((s, i) => {
        const p = 1 / (1 + Math.exp(-s));
        const b = -Math.log(labels[i] === 1 ? p : 1 - p);
        return (1 - Math.exp(-b)) ** 2 * b;
      }),
    );
    const loss = imageFocalLoss(constant([batch], scores), constant([batch], labels));
    expect((await evaluateOne(loss))[0]).toBeCloseTo(expected, 6);
  });

  it('sums |cos| of each pair of prompts once, and is 0 of one prompt', async () => {
    const rows = [
      [1, 0, 0],
      [1, 1, 0],
      [-1, 0, 0],
    ];
    const loss = await evaluateOne(orthogonalLoss(constant([3, 3], rows.flat())));
    expect(loss[0]).toBeCloseTo(1 + 2 * Math.SQRT1_2, 6);
    expect(await evaluateOne(orthogonalLoss(constant([1, 3], [1, 2, 3])))).toEqual([0]);
  });

  it('sums the mean square of the priors of normal images alone', async () => {
    const loss = priorLoss(constant([3, 2], [1, 3, 50, 60, 70, 80]), constant([3], labels));
    expect((await evaluateOne(loss))[0]).toBeCloseTo(5, 6);
  });
});

describe('upsampleMaps', () => {
  it('keeps constant maps as they are and spans from one side to the other', async () => {
    const drawn = await evaluateOne(upsampleMaps(constant([2, 2, 2], [0, 1, 0, 1, 5, 5, 5, 5]), 4));
    const row = [0, 0.25, 0.75, 1];
    expect(drawn.slice(0, 16)).toEqual([...row, ...row, ...row, ...row]);
    expect(drawn.slice(16)).toEqual(Array.from({ length: 16 }, () => 5));
  });
});

describe('drawnSums', () => {
  it('sums maps over pixels and over masks as if they had been drawn', async () => {
    const [size, grid] = [7, 3];
    const small = constant([2, grid, grid], numbers(2 * grid * grid));
    const drawnMasks = numbers(2 * size * size).map((value) => (value > 0.5 ? 1 : 0));
    const { both, ofMap, ofMask, pixels } = drawnSums(small, constant([2, size, size], drawnMasks));
    const drawn = await evaluateOne(upsampleMaps(small, size));
    const [overlaps, areas, masked] = [
      await evaluateOne(both),
      await evaluateOne(ofMap),
      await evaluateOne(ofMask),
    ];
    expect(pixels).toBe(size * size);
    for (const image of [0, 1]) {
      const of = (values: readonly number[]) => values.slice(image * pixels, (image + 1) * pixels);
      const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
      expect(overlaps[image]).toBeCloseTo(total(of(drawn).map((s, i) => s * of(drawnMasks)[i]!)), 5);
      expect(areas[image]).toBeCloseTo(total(of(drawn)), 5);
      expect(masked[image]).toBe(total(of(drawnMasks)));
    }
  });
});
