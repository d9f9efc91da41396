import { useCallback, useMemo, useState } from 'react';
import type { RunScores } from '../../../src-shared/domain/run.ts';
import { chooseImages, type ReviewFilter, type Verdicts } from '../../state/review-order.ts';

interface Frozen {
  readonly key: string;
  readonly verdicts: Verdicts;
  readonly threshold: number | null;
}

interface Choice {
  /** Changes with everything after which the list is sorted out anew. */
  readonly key: string;
  readonly filter: ReviewFilter;
  readonly isBlind: boolean;
}

/**
 * The images of a filter. Verdicts and threshold count as they stood when the filter was chosen, so that no image leaves
 * the list while it is being judged; `refresh` takes them as they are now.
 */
export function useChosenImages(
  scores: RunScores | undefined,
  verdicts: { readonly values: Verdicts; readonly ready: boolean },
  threshold: number | null,
  { key, filter, isBlind }: Choice,
): { readonly scores: RunScores | undefined; readonly refresh: () => void } {
  const [frozen, setFrozen] = useState<Frozen | null>(null);
  const isReady = verdicts.ready && scores !== undefined;
  if (isReady && frozen?.key !== key) setFrozen({ key, verdicts: verdicts.values, threshold });
  const refresh = useCallback(() => {
    setFrozen(null);
  }, []);
  const chosen = useMemo(() => {
    if (scores === undefined) return undefined;
    if (filter === 'all')
      return chooseImages(scores, { filter, isBlind, verdicts: new Map(), threshold: null });
    return frozen && chooseImages(scores, { filter, isBlind, ...frozen });
  }, [scores, filter, isBlind, frozen]);
  return { scores: chosen ?? undefined, refresh };
}
