import { needsEncoder } from './group-needs.ts';
import type { FeatureNeeds } from './method.ts';

/** A DPAM block attends once more and has no MLP: about a quarter of an ordinary block's arithmetic (methods.md §2). */
const secondPathCost = 0.25;

/**
 * What part of a pass's time each of its readers caused, 0-1, in their order: the sum is 1. The ordinary stream, the second
 * attention path and the windows count by the token rows that go through the blocks, and each is shared equally by the
 * readers that need it, so that a method without windows does not seem to take as long as WinCLIP. An estimate: the
 * graph runs as one. Where no reader needs an encoder the time is shared equally.
 */
export function passShares(readers: readonly FeatureNeeds[], gridSize: number): readonly number[] {
  const windows = new Set(readers.flatMap((needs) => needs.windows ?? []));
  const parts = [
    { rows: 1 + gridSize ** 2, uses: needsEncoder },
    { rows: secondPathCost * (1 + gridSize ** 2), uses: (needs: FeatureNeeds) => Boolean(needs.dpam) },
    ...[...windows].map((side) => ({
      rows: Math.max(0, gridSize - side + 1) ** 2 * (1 + side ** 2),
      uses: (needs: FeatureNeeds) => needs.windows?.includes(side) === true,
    })),
  ]
    .map((part) => ({ ...part, users: readers.filter(part.uses).length }))
    .filter(({ users }) => users > 0);
  const total = parts.reduce((sum, { rows }) => sum + rows, 0);
  if (total === 0) return readers.map(() => 1 / readers.length);
  return readers.map((needs) =>
    parts.reduce((sum, { rows, uses, users }) => sum + (uses(needs) ? rows / total / users : 0), 0),
  );
}
