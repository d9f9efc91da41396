import { mulberry32At } from '../../support/made-up-weights.ts';

export interface Random {
  /** Evenly spread, from 0 up to but not 1. */
  share(): number;
  /** Mean 0, standard deviation 1 (Box and Muller). */
  normal(): number;
}

/** The same numbers for the same seed on every machine. */
export function seededRandom(seed: number): Random {
  let taken = 0;
  const share = () => (mulberry32At(seed, ++taken) >>> 0) / 2 ** 32;
  return {
    share,
    normal: () => Math.sqrt(-2 * Math.log(1 - share())) * Math.cos(2 * Math.PI * share()),
  };
}
