import type { RandomNumbers } from './trainable-method.ts';

/**
 * The same numbers for the same seed on every machine: mulberry32 (T. Ettinger's 32-bit generator) for uniform ones in [0, 1),
 * Box and Muller's transformation (1958) for normal ones. Two uniform numbers make two normal ones.
 */
export function seededRandom(seed: number): RandomNumbers {
  let state = seed >>> 0;
  let spare: number | null = null;

  function uniform(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  return {
    uniform,
    normal() {
      if (spare !== null) {
        const kept = spare;
        spare = null;
        return kept;
      }
      // 1 - u is within (0, 1], whose logarithm exists.
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}
