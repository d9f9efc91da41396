import type { OperatingPoint } from '../../../src-shared/domain/operating-point.ts';
import { inPercent } from '../../../src-shared/text/in-percent.ts';

type Recipe = Pick<OperatingPoint['recipe'], 'kind' | 'target'>;

/** How a threshold was found, in words for files and reports. */
export function describeRecipe({ kind, target }: Recipe): string {
  const share = `${shareInPercent(target ?? 0)} %`;
  switch (kind) {
    case 'manual':
      return 'set by hand';
    case 'best-f1':
      return 'best F1';
    case 'recall-1':
      return 'none missed, then best precision';
    case 'false-alarm-rate':
      return `at most ${share} of the good images stopped`;
    case 'miss-rate':
      return `at most ${share} of what is anomalous missed`;
    case 'alarm-share':
      return `at most ${share} of the images stopped`;
  }
}

/** «At most 1 in 5,000» is 0.02 %: such shares need more than the decimal that tables have. */
function shareInPercent(share: number): string {
  return share > 0 && share < 0.005 ? String(Number((share * 100).toPrecision(3))) : inPercent(share);
}
