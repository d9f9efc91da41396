import { useMemo } from 'react';
import type { Run } from '../../../src-shared/domain/run.ts';
import { useAddress } from '../../state/address.ts';
import type { ExportFilters } from '../../state/export-form.ts';
import { chooseImages } from '../../state/review-order.ts';
import { useReading } from '../../state/readings.ts';
import { labelFilterNames, reviewFilterNames } from '../../state/review-words.ts';
import { useRunThreshold } from '../../state/run-thresholds.ts';
import { useVerdicts } from '../../state/verdicts.ts';
import { say } from '../../texts/say.ts';
import { useGallery } from '../data/use-gallery.ts';

/**
 * The images that the filters of Images and of Review leave of a run's data set, each null where none is set or known.
 * Blinded, the filter of Images may go by scores and labels: how many it leaves would tell them.
 */
export function useExportFilters(
  run: Run,
  isClosed: boolean,
): {
  readonly filters: ExportFilters;
  /** What Review is filtered by, in words. */
  readonly reviewWords: string;
} {
  const { shown, labelled } = useAddress('shown', 'labelled');
  const reviewWords = [
    ...(shown === 'all' ? [] : [reviewFilterNames[shown]]),
    ...(labelled === 'all' ? [] : [labelFilterNames[labelled]]),
  ].join(' · ');
  const filtered = useFilterOfImages(run);
  const reviewedIds = useFilterOfReview(run);
  const filters = useMemo(
    () => ({
      filtered:
        filtered === null || isClosed
          ? null
          : { ids: filtered, words: say('images that a filter of the window showed') },
      reviewed:
        reviewedIds === null
          ? null
          : { ids: reviewedIds, words: say('images that Review showed: {filter}', { filter: reviewWords }) },
    }),
    [filtered, reviewedIds, reviewWords, isClosed],
  );
  return { filters, reviewWords };
}

function useFilterOfImages(run: Run): readonly number[] | null {
  const { find, only, scoreFrom, scoreTo } = useAddress('find', 'only', 'scoreFrom', 'scoreTo');
  const { data } = useGallery(run.datasetId, run);
  const isSet = (find ?? '') !== '' || (only?.length ?? 0) > 0 || scoreFrom !== null || scoreTo !== null;
  return useMemo(
    () =>
      !isSet || data === null
        ? null
        : [...data.choice.rows].flatMap((row) => data.columns.imageIds[row] ?? []),
    [isSet, data],
  );
}

/** With the verdicts and the threshold of now, which Review takes when it sorts again; what has no score has no files. */
function useFilterOfReview(run: Run): readonly number[] | null {
  const { className, shown, labelled } = useAddress('className', 'shown', 'labelled');
  const { isBlind } = useReading(run.datasetId);
  const { scores, value, second } = useRunThreshold(run.id, className);
  const { values, ready } = useVerdicts(run.datasetId);
  const isSet = (shown !== 'all' && shown !== 'failed') || labelled !== 'all';
  return useMemo(() => {
    if (!isSet || !ready || scores === undefined) return null;
    return chooseImages(scores, {
      filter: shown,
      labels: labelled,
      sort: 'worst',
      seed: 1,
      isBlind,
      verdicts: values,
      threshold: value,
      second,
      failures: [],
      facts: null,
    }).imageIds;
  }, [isSet, ready, scores, shown, labelled, isBlind, values, value, second]);
}
