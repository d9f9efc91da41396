import { describe, expect, it } from 'vitest';
import type { FeatureNeeds } from '../../../src-main/compute/methods/method.ts';
import { passShares } from '../../../src-main/compute/methods/pass-shares.ts';

const pixels: FeatureNeeds = { imageSizePx: 256, pixels: true };
const clip: FeatureNeeds = { imageSizePx: 256, classFeature: true, patchFeatures: true };
const winclip: FeatureNeeds = { imageSizePx: 256, classFeature: true, windows: [2, 3] };
const anomalyclip: FeatureNeeds = {
  imageSizePx: 256,
  rawClassFeature: true,
  dpam: { variant: 'vv', blocks: 3, layers: [5] },
};

describe('the time of a shared pass', () => {
  it('is nobody’s who wants pixels alone, where others want an encoder', () => {
    expect(passShares([pixels, clip], 16)).toEqual([0, 1]);
  });

  it('is shared equally where nobody wants an encoder', () => {
    expect(passShares([pixels, pixels], 0)).toEqual([0.5, 0.5]);
  });

  it('is shared equally by methods of equal needs', () => {
    expect(passShares([clip, clip], 16)).toEqual([0.5, 0.5]);
  });

  it('is WinCLIP’s for the windows, by the rows that go through the blocks', () => {
    const [ofClip = 0, ofWinclip = 0] = passShares([clip, winclip], 16);
    const windows = 15 ** 2 * 5 + 14 ** 2 * 10;
    expect(ofClip).toBeCloseTo(257 / 2 / (257 + windows), 12);
    expect(ofClip + ofWinclip).toBeCloseTo(1, 12);
  });

  it('is all given out, whatever is mixed', () => {
    const shares = passShares([pixels, clip, winclip, anomalyclip], 16);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(shares[3]).toBeGreaterThan(shares[1] ?? 1);
  });
});
