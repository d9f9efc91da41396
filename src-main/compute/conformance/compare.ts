import type { ConformanceItem } from '../../../src-shared/domain/conformance.ts';

/** |a - b| ≤ absolute + relative·|b|; both 0: exactly. Stated in golden/README.md. */
export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
  readonly words: string;
}

export const tolerances = {
  features: { absolute: 1e-4, relative: 1e-3, words: '|a-b| ≤ 1e-4 + 1e-3·|b|' },
  exact: { absolute: 0, relative: 0, words: 'exactly equal' },
  metric: { absolute: 1e-6, relative: 0, words: '|a-b| ≤ 1e-6' },
} as const satisfies Record<string, Tolerance>;

export interface Expected {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Holds computed values against expected ones. Values that are no numbers, and other shapes, fail. */
export function compareItem(
  item: string,
  actual: ArrayLike<number>,
  actualShape: readonly number[],
  expected: Expected,
  tolerance: Tolerance | ((index: number) => Tolerance),
): ConformanceItem {
  const toleranceAt = typeof tolerance === 'function' ? tolerance : () => tolerance;
  const words = toleranceAt(0).words;
  if (actualShape.join() !== expected.shape.join() || actual.length !== expected.data.length)
    return {
      item,
      state: 'fail',
      error: null,
      tolerance: words,
      detail: `computed [${actualShape.join(', ')}], expected [${expected.shape.join(', ')}]`,
    };
  if (expected.data.length === 0)
    return {
      item,
      state: 'fail',
      error: null,
      tolerance: words,
      detail: 'the folder expects no values at all',
    };
  let error = 0;
  let wrong = 0;
  let firstWrong = '';
  for (let i = 0; i < expected.data.length; i++) {
    const a = actual[i] ?? NaN;
    const b = expected.data[i] ?? NaN;
    const difference = Math.abs(a - b);
    const { absolute, relative } = toleranceAt(i);
    if (!(difference <= absolute + relative * Math.abs(b))) {
      if (wrong++ === 0) firstWrong = `first at ${i}: computed ${a}, expected ${b}`;
    }
    if (!(difference <= error)) error = Number.isNaN(difference) ? Infinity : difference;
  }
  const count = expected.data.length;
  return {
    item,
    state: wrong === 0 ? 'pass' : 'fail',
    error,
    tolerance: words,
    detail: wrong === 0 ? `${count} values` : `${wrong} of ${count} values are outside, ${firstWrong}`,
  };
}

/** An item that holds or does not, such as a text that must be refused. */
export function yesNoItem(item: string, holds: boolean, rule: string, detail: string): ConformanceItem {
  return { item, state: holds ? 'pass' : 'fail', error: holds ? 0 : null, tolerance: rule, detail };
}

export function notAvailable(item: string, system: string): ConformanceItem {
  return {
    item,
    state: 'not available',
    error: null,
    tolerance: 'none',
    detail: `${system} is not a part of this build yet`,
  };
}
