import { describe, expect, it } from 'vitest';
import {
  formatProgress,
  formatRate,
  formatSeconds,
  ProgressLine,
} from '../../../src-main/cli/progress-line.ts';
import { formatTable } from '../../../src-main/cli/text-table.ts';
import { recordingIo } from './recording-io.ts';

const progress = { done: 12, total: 48, ratePerSecond: 3.14159, secondsLeft: 11.5, message: 'a.png' };

describe('the progress line', () => {
  it('shows how far, how fast and how long', () => {
    expect(formatProgress('Scan', progress, 100)).toBe(
      'Scan  [######··················]  12/48  3.14/s  12 s left  a.png',
    );
  });

  it('leaves out what is not known', () => {
    const early = { done: 3, total: null, ratePerSecond: null, secondsLeft: null, message: '' };
    expect(formatProgress('Import', early, 100)).toBe('Import  3');
  });

  it('never runs over the line', () => {
    expect(formatProgress('Scan', { ...progress, message: 'x'.repeat(500) }, 60)).toHaveLength(59);
    expect(formatProgress('Scan', { ...progress, done: 99, total: 48 }, 100)).toContain(
      '[########################]',
    );
    expect(formatProgress('Scan', { ...progress, done: 0, total: 0 }, 100)).toContain('0/0');
  });

  it('is a line of words every ten seconds where there is no terminal, and none before', () => {
    const io = recordingIo(false);
    let nowMs = 0;
    const line = new ProgressLine(io, 'Scan', 'scan', () => nowMs);
    for (nowMs = 0; nowMs <= 25_000; nowMs += 100)
      line.show({ ...progress, done: nowMs / 100, total: 300, message: 'a\nb.png' });
    line.end();
    expect(io.err).toBe(
      'Scan: 100 of 300, 3.14/s, 12 s left, a\\nb.png\nScan: 200 of 300, 3.14/s, 12 s left, a\\nb.png\n',
    );
  });

  it('keeps names from steering the terminal', () => {
    expect(formatProgress('Scan', { ...progress, message: 'a\u001b[2J.png' }, 100)).not.toContain('\u001b');
  });

  it.each([
    [0.0123, '0.01'],
    [9.876, '9.88'],
    [12.34, '12.3'],
    [345.6, '346'],
  ])('writes a rate of %d as %s', (rate, text) => {
    expect(formatRate(rate)).toBe(text);
  });

  it.each([
    [0.4, '0 s'],
    [59.6, '1 min 0 s'],
    [185, '3 min 5 s'],
    [7620, '2 h 7 min'],
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });
});

describe('a table', () => {
  it('sets numbers right and words left', () => {
    expect(
      formatTable(
        ['class', 'AUROC'],
        [
          ['cookie', '32.8 %'],
          ['alien', '-'],
          ['x', '100.0 %'],
        ],
      ),
    ).toBe('class     AUROC\ncookie   32.8 %\nalien         -\nx       100.0 %\n');
  });
});
