import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  flagColumn,
  idColumn,
  indexColumn,
  numberColumn,
  numberOrNullColumn,
  positiveColumn,
  textColumn,
  wordOrNullColumn,
} from '../../src-shared/domain/column.ts';

const words = z.enum(['good', 'bad']);

/** Each column beside the plain schema that says the same. */
const pairs = [
  ['ids', idColumn, z.array(z.number().int().positive())],
  ['indexes', indexColumn, z.array(z.number().int().nonnegative())],
  ['numbers', numberColumn, z.array(z.number())],
  ['numbers above 0', positiveColumn, z.array(z.number().positive())],
  ['numbers or null', numberOrNullColumn, z.array(z.number().nullable())],
  ['texts', textColumn, z.array(z.string())],
  ['flags', flagColumn, z.array(z.boolean())],
  ['words or null', wordOrNullColumn(words), z.array(words.nullable())],
] as const;

const value = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 1.5, NaN, Infinity, -Infinity, 2 ** 53, null, undefined, '', '1', 'good'),
  fc.constantFrom<unknown>('bad', 'Good', true, false, {}, [], [1], 1n),
  fc.integer(),
  fc.double(),
);

describe('long columns', () => {
  it.each(pairs)('of %s take and refuse what a plain list schema does', (_name, column, plain) => {
    for (const one of fc.sample(value, { numRuns: 400, seed: 7 })) {
      expect(column.safeParse([one]).success, String(one)).toBe(plain.safeParse([one]).success);
    }
    for (const none of [null, undefined, 'text', 5, { length: 0 }, new Float64Array(2)]) {
      expect(column.safeParse(none).success).toBe(false);
    }
    expect(column.parse([])).toEqual([]);
  });

  it('name the place of the first value that does not fit', () => {
    const answer = z.object({ ids: idColumn }).safeParse({ ids: [3, 2, 0, -1] });
    expect(answer.error?.issues).toMatchObject([{ path: ['ids', 2], message: 'Expected an id' }]);
    expect(textColumn.safeParse(3).error?.issues[0]?.message).toBe('Expected a list, a text each');
  });

  it('refuse a list with a hole', () => {
    const withHole = new Array<number>(3).fill(1);
    delete withHole[1];
    expect(numberOrNullColumn.safeParse(withHole).success).toBe(false);
  });
});
