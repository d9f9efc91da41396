import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { highestFirst } from '../../../src-renderer/state/highest-first.ts';

describe('rows by their value', () => {
  it('come as a sort with a comparison brings them, equal ones in the order in which they came', () => {
    const value = fc.oneof(
      fc.constantFrom(0, -0, 1, -1, -Infinity, Infinity, 0.5),
      fc.double({ noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: 60 }), fc.integer({ min: 0, max: 9 }), (values, turned) => {
        const rows = [...values.keys()];
        const shuffled = [...rows.slice(turned), ...rows.slice(0, turned)];
        const of = (row: number) => values[row] ?? 0;
        const sorted = shuffled.toSorted((a, b) => (of(a) === of(b) ? 0 : of(b) > of(a) ? 1 : -1));
        expect(highestFirst(shuffled, Float64Array.from(values))).toEqual(sorted);
      }),
      { seed: 6, numRuns: 300 },
    );
  });

  it('come last where they have none', () => {
    expect(highestFirst([0, 1, 2, 3], Float64Array.of(NaN, -Infinity, 3, 7))).toEqual([3, 2, 0, 1]);
  });

  it('may be some of all', () => {
    expect(highestFirst([4, 1, 2], Float64Array.of(9, 1, 5, 9, 1))).toEqual([2, 4, 1]);
  });
});
