import { useMemo } from 'react';
import type { ImageColumns, Run } from '../../../src-shared/domain/run.ts';
import { useAddress } from '../../state/address.ts';
import {
  filterGallery,
  makeGalleryTable,
  sortGallery,
  type GalleryChoice,
  type GalleryFilter,
  type GallerySort,
} from '../../state/gallery.ts';
import { useImageColumns, withScores } from '../../state/image-columns.ts';
import { useRunScores } from '../../state/queries.ts';
import { useRunThreshold } from '../../state/run-thresholds.ts';
import { useVerdicts } from '../../state/verdicts.ts';

export interface GalleryData {
  readonly columns: ImageColumns;
  readonly choice: GalleryChoice;
  readonly verdicts: ReturnType<typeof useVerdicts>;
  readonly threshold: number | null;
  /** Where the middle band begins; null: there is none. */
  readonly second: number | null;
  readonly filter: GalleryFilter;
  readonly sort: GallerySort;
  readonly descending: boolean;
}

const noTokens: GalleryFilter['tokens'] = [];

/** The images of a data set as the address filters and sorts them; everything is decided in the window. */
export function useGallery(
  datasetId: number,
  run: Run | null,
): { readonly data: GalleryData | null; readonly error: Error | null } {
  const {
    className,
    sort: wanted,
    direction,
    find,
    only,
    scoreFrom,
    scoreTo,
  } = useAddress('className', 'sort', 'direction', 'find', 'only', 'scoreFrom', 'scoreTo');
  const runId = run?.id ?? null;
  const images = useImageColumns(datasetId);
  const scores = useRunScores(runId);
  const columns = useMemo(() => {
    if (images.data === undefined || runId === null) return images.data;
    return scores.data && withScores(images.data, scores.data);
  }, [images.data, scores.data, runId]);
  const verdicts = useVerdicts(datasetId);
  const isKnown = verdicts.ready || verdicts.error !== null;
  const { value: threshold, second } = useRunThreshold(runId, className);
  const sort = run === null && wanted === 'score' ? 'path' : wanted;
  // The first way of an order is the one that is asked for most: the highest score first, everything else upwards.
  const descending = (sort === 'score') !== (direction === 'turned');
  const filter = useMemo(
    () => ({ search: find ?? '', className, tokens: only ?? noTokens, scoreFrom, scoreTo }),
    [find, className, only, scoreFrom, scoreTo],
  );
  const { values, noted } = verdicts;
  const table = useMemo(
    // Verdicts come out of the same answer a moment later: with none of them everything would be made twice.
    () => (columns && isKnown ? makeGalleryTable(columns, { values, noted }, threshold, second) : undefined),
    [columns, isKnown, values, noted, threshold, second],
  );
  const order = useMemo(() => table && sortGallery(table, sort, descending), [table, sort, descending]);
  const choice = useMemo(() => table && order && filterGallery(table, order, filter), [table, order, filter]);
  const data =
    columns && choice ? { columns, choice, verdicts, threshold, second, filter, sort, descending } : null;
  return { data, error: images.error ?? scores.error ?? verdicts.error };
}
