import { describe, expect, it } from 'vitest';
import {
  fileName,
  formatCount,
  formatDuration,
  formatPercent,
  formatRate,
  formatScore,
  joinWords,
} from '../../../src-renderer/state/format.ts';
import { parseLayers } from '../../../src-renderer/state/parse-layers.ts';

describe('numbers in words', () => {
  it('separates thousands', () => {
    expect(formatCount(12345)).toBe('12,345');
  });

  it('gives durations in the two largest units that matter', () => {
    expect(formatDuration(37.6)).toBe('38 s');
    expect(formatDuration(60)).toBe('1 min');
    expect(formatDuration(250)).toBe('4 min 10 s');
    expect(formatDuration(7500)).toBe('2 h 5 min');
    expect(formatDuration(-1)).toBe('0 s');
  });

  it('turns slow rates round, so that 5.8 s an image is not 0.2 images a second', () => {
    expect(formatRate(2.14)).toBe('2.1 images/s');
    expect(formatRate(1 / 5.8)).toBe('5.8 s an image');
    expect(formatRate(0.5, 'file')).toBe('2.0 s a file');
    expect(formatRate(1234)).toBe('1,234 images/s');
    expect(formatRate(0)).toBe('no image yet');
  });

  it('gives scores as many decimals as their scale deserves', () => {
    expect(formatScore(0.73456, 1)).toBe('0.735');
    expect(formatScore(14.87, 18)).toBe('14.9');
    expect(formatScore(0.001234, 0.01)).toBe('0.00123');
    expect(formatScore(1234.5, 5000)).toBe('1235');
    expect(formatScore(0.5, 0)).toBe('0.500');
  });

  it('gives shares in per cent', () => {
    expect(formatPercent(0.5)).toBe('50 %');
    expect(formatPercent(0.12345, 1)).toBe('12.3 %');
  });

  it('finds the file in a path of either kind', () => {
    expect(fileName('a/b/c.png')).toBe('c.png');
    expect(fileName('C:\\images\\c.png')).toBe('c.png');
    expect(fileName('/a/b/')).toBe('b');
  });

  it('joins words as a sentence does', () => {
    expect(joinWords([])).toBe('');
    expect(joinWords(['a'])).toBe('a');
    expect(joinWords(['a', 'b', 'c'])).toBe('a, b and c');
  });
});

describe('a list of layers', () => {
  it('is read in any order and spelling', () => {
    expect(parseLayers('24, 6;12  18,6', 24)).toEqual([6, 12, 18, 24]);
    expect(parseLayers('', 24)).toEqual([]);
  });

  it('is refused with blocks that do not exist', () => {
    expect(parseLayers('25', 24)).toBeNull();
    expect(parseLayers('0', 24)).toBeNull();
    expect(parseLayers('six', 24)).toBeNull();
    expect(parseLayers('6.5', 24)).toBeNull();
  });
});
