import type { TrainingCheckpoint } from '../../src-shared/domain/training.ts';
import { say } from '../texts/say.ts';
import { metricNames } from './compare-metrics.ts';
import { formatPercent } from './format.ts';
import { metricOf, trainingMetrics } from './training-curves.ts';
import { formatLoss } from './training-words.ts';

/** One figure of two checkpoints, as it is written. */
export interface ComparedFigure {
  readonly key: string;
  readonly name: string;
  readonly left: string;
  readonly right: string;
  /** Right less left, with its sign; in points for metrics. */
  readonly difference: string;
  /** Whether the right one is better; null where nobody can tell. */
  readonly isBetter: boolean | null;
}

const absent = '–';

/** Loss and validation metrics of two checkpoints beside each other; metrics that neither has are left out. */
export function comparedFigures(
  left: TrainingCheckpoint,
  right: TrainingCheckpoint,
): readonly ComparedFigure[] {
  const losses: ComparedFigure = {
    key: 'loss',
    name: say('Loss'),
    left: formatLoss(left.lossMean),
    right: formatLoss(right.lossMean),
    ...differenceOf(right.lossMean - left.lossMean, formatLoss, true),
  };
  const metrics = trainingMetrics.flatMap((metric): readonly ComparedFigure[] => {
    const [from, to] = [metricOf(left, metric), metricOf(right, metric)];
    if (from === null && to === null) return [];
    return [
      {
        key: metric,
        name: metricNames[metric],
        left: from === null ? absent : formatPercent(from, 1),
        right: to === null ? absent : formatPercent(to, 1),
        ...(from === null || to === null
          ? { difference: absent, isBetter: null }
          : differenceOf((to - from) * 100, (points) => points.toFixed(1), false)),
      },
    ];
  });
  return [losses, ...metrics];
}

/** What is written as zero has no sign and is neither better nor worse. */
function differenceOf(
  difference: number,
  format: (size: number) => string,
  isLowBetter: boolean,
): Pick<ComparedFigure, 'difference' | 'isBetter'> {
  const text = format(Math.abs(difference));
  if (Number(text) === 0) return { difference: '0', isBetter: null };
  return { difference: `${difference < 0 ? '−' : '+'}${text}`, isBetter: difference < 0 === isLowBetter };
}
