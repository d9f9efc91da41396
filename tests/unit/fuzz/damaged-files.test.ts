import { describe, expect, test } from 'vitest';
import { formats, makeCase } from '../../fuzz/cases.ts';
import { mutateJson, mutateTable, randomFrom } from '../../fuzz/mutate.ts';
import { runFuzz } from '../../fuzz/run-fuzz.ts';
import { makeSeeds } from '../../fuzz/seeds.ts';
import { temporaryFolder } from '../core/support/harness.ts';

// A seeded share of what `npm run fuzz` does with 20,000 files.

describe('damaged files of every foreign format', () => {
  test('are read or refused in plain words: no crash, no hang, no internal error, nothing written outside', async () => {
    const report = await runFuzz({ count: 297, seed: 20_261_122 });
    expect(report.findings).toEqual([]);
    expect(report.touchedOutside).toEqual([]);
    for (const format of formats) {
      const { accepted = 0, refused = 0 } = report.byFormat[format] ?? {};
      expect(accepted + refused, format).toBe(27);
    }
    expect(report.codes['corrupt-file']).toBeGreaterThan(50);
  }, 120_000);

  test('are made the same from the same seed, in any order', async () => {
    const seeds = await makeSeeds(await temporaryFolder());
    for (const index of [0, 7, 21, 32, 108, 119]) {
      const [once, again] = [makeCase(seeds, 5, index), makeCase(seeds, 5, index)];
      expect(once.bytes.equals(again.bytes)).toBe(true);
      expect(once.bytes.equals(makeCase(seeds, 6, index).bytes)).toBe(false);
    }
    expect(mutateJson('{"a":[1,2]}', randomFrom(3))).toEqual(mutateJson('{"a":[1,2]}', randomFrom(3)));
    expect(mutateTable('a,b\n1,2\n', randomFrom(3))).toEqual(mutateTable('a,b\n1,2\n', randomFrom(3)));
  });
});
