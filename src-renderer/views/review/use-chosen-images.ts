import { useCallback, useMemo, useState } from 'react';
import type { RunScores } from '../../../src-shared/domain/run.ts';
import {
  chooseImages,
  type ReviewChoice,
  type ReviewImages,
  type Verdicts,
} from '../../state/review-order.ts';
import type { RunThreshold } from '../../state/run-thresholds.ts';

interface Frozen {
  readonly key: string;
  readonly verdicts: Verdicts;
  readonly threshold: number | null;
  readonly second: number | null;
}

type Choice = Omit<ReviewChoice, 'verdicts' | 'threshold' | 'second'> & {
  /** The class that is shown; null: all. */
  readonly className: string | null;
};

const none: Verdicts = new Map();

/**
 * The images of a filter, in its order. Verdicts and threshold count as they stood when the filter was chosen, so that no
 * image leaves the list or moves in it while it is being judged; `refresh` takes them as they are now.
 */
export function useChosenImages(
  scores: RunScores | undefined,
  verdicts: { readonly values: Verdicts; readonly ready: boolean },
  { value: threshold, second }: Pick<RunThreshold, 'value' | 'second'>,
  choice: Choice,
): { readonly images: ReviewImages | undefined; readonly refresh: () => void } {
  const { filter, labels, sort, seed, isBlind, failures, facts, className } = choice;
  const key = [className, filter, labels, sort, isBlind].join('/');
  const [frozen, setFrozen] = useState<Frozen | null>(null);
  const isReady = verdicts.ready && scores !== undefined;
  if (isReady && frozen?.key !== key) setFrozen({ key, verdicts: verdicts.values, threshold, second });
  const refresh = useCallback(() => {
    setFrozen(null);
  }, []);
  // What asks for neither verdicts nor threshold need not wait for them.
  const isPlain = filter === 'all' && labels === 'all' && !isBlind && sort !== 'nearest';
  const images = useMemo(() => {
    if (scores === undefined) return undefined;
    const plain = { filter, labels, sort, seed, isBlind, failures, facts };
    if (isPlain) return chooseImages(scores, { ...plain, verdicts: none, threshold: null, second: null });
    return frozen === null ? undefined : chooseImages(scores, { ...plain, ...frozen });
  }, [scores, filter, labels, sort, seed, isBlind, failures, facts, isPlain, frozen]);
  return { images, refresh };
}
