import { describe, expect, it } from 'vitest';
import { assetPaths, parseAssetPath } from '../../../src-shared/contract/asset-paths.ts';
import { thumbnailLevels } from '../../../src-renderer/state/thumbnail-levels.ts';

describe('window and level of small pictures', () => {
  it('are those of the viewer, in steps of 65,535', () => {
    expect(thumbnailLevels({ level: 0.25, window: 0.1, levelsOf: 3 }, 3)).toEqual({
      level: 16_384,
      window: 6554,
    });
  });

  it('are none where all grey values are shown, and none of another data set', () => {
    expect(thumbnailLevels({ level: 0.5, window: 1, levelsOf: 3 }, 3)).toBeNull();
    expect(thumbnailLevels({ level: 0.2, window: 0.1, levelsOf: 3 }, 4)).toBeNull();
    expect(thumbnailLevels({ level: 0.2, window: 0.1, levelsOf: null }, 4)).toBeNull();
  });

  it('stay what an address can say at both ends', () => {
    for (const level of [0, 1]) {
      const levels = thumbnailLevels({ level, window: 1 / 4096, levelsOf: 3 }, 3)!;
      expect(parseAssetPath(assetPaths.windowed(7, 128, levels))).toEqual({
        kind: 'windowed',
        imageId: 7,
        sizePx: 128,
        ...levels,
      });
    }
  });
});
