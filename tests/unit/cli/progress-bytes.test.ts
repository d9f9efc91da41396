import { describe, expect, it } from 'vitest';
import { formatSize } from '../../../src-shared/text/format-size.ts';
import { formatProgress } from '../../../src-main/cli/progress-line.ts';

describe('progress of what is counted in bytes', () => {
  it('is told in the units that publishers use', () => {
    const progress = {
      done: 467_000_000,
      total: 934_088_680,
      ratePerSecond: 12_345_678,
      secondsLeft: 38,
      message: '',
    };
    expect(formatProgress('Download', progress, 120, true)).toBe(
      'Download  [############············]  467 MB of 934 MB  12.3 MB/s  38 s left',
    );
    expect(formatProgress('Download', { ...progress, total: null, secondsLeft: null }, 120, true)).toBe(
      'Download  467 MB  12.3 MB/s',
    );
  });

  it('has the digits that a size deserves', () => {
    expect([0, 999, 1000, 22_631_975, 1_711_776_772].map(formatSize)).toEqual([
      '0 B',
      '999 B',
      '1.00 kB',
      '22.6 MB',
      '1.71 GB',
    ]);
  });
});
