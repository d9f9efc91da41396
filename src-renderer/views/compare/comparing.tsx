import LinearProgress from '@mui/material/LinearProgress';
import { Images } from 'lucide-react';
import { useCallback, useMemo } from 'react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useAddress, useAddressStore } from '../../state/address.ts';
import { useScoresOf } from '../../state/compare-queries.ts';
import { compareScores, fewestCompared, letterOf, orderRows } from '../../state/compare.ts';
import { scoresOfClass } from '../../state/run-thresholds.ts';
import { runTitle } from '../../state/run-words.ts';
import { useRunNames } from '../frame/top-bar.tsx';
import { OverlayStrip } from '../review/overlay-strip.tsx';
import { CompareBar } from './compare-bar.tsx';
import { CompareFilmstrip } from './compare-filmstrip.tsx';
import styles from './comparing.module.css';
import { Pane } from './pane.tsx';
import { SidePanel } from './side-panel.tsx';
import { useCompareKeys } from './use-compare-keys.ts';

interface ComparingProps {
  readonly dataset: Dataset;
  /** Every run of the data set, newest first. */
  readonly own: readonly Run[];
  readonly runs: readonly Run[];
}

/** Panes locked together, the images to go through below, figures beside. */
export function Comparing({ dataset, own, runs }: ComparingProps) {
  const { imageId, className, order, metric, byRunId, side } = useAddress();
  const { go, replace } = useAddressStore();
  const names = useRunNames();
  const scores = useScoresOf(runs);
  const isRead = scores.values.every((each) => each !== undefined);
  const comparison = useMemo(
    () => compareScores(scores.values.flatMap((each) => (each ? [scoresOfClass(each, className)] : []))),
    [scores.values, className],
  );
  const of = Math.max(
    0,
    runs.findIndex(({ id }) => id === byRunId),
  );
  const rows = useMemo(
    () => (isRead ? orderRows(comparison, order, { of, metric }) : []),
    [comparison, isRead, order, of, metric],
  );
  const imageIds = useMemo(() => rows.map((row) => comparison.imageIds[row] ?? 0), [rows, comparison]);
  const found = imageId === null ? -1 : imageIds.indexOf(imageId);
  const index = Math.max(0, found);
  const shownRow = rows[index];
  const shownId = imageIds[index];

  const goTo = useCallback(
    (next: number) => {
      const id = imageIds[Math.min(imageIds.length - 1, Math.max(0, next))];
      if (id !== undefined) replace({ imageId: id });
    },
    [imageIds, replace],
  );
  useCompareKeys({ goTo, index, count: imageIds.length });

  const runIds = useMemo(() => runs.map(({ id }) => id), [runs]);
  const onRemove = useCallback(
    (runId: number) => {
      go({ runIds: runIds.filter((id) => id !== runId), ...(byRunId === runId ? { byRunId: null } : {}) });
    },
    [go, runIds, byRunId],
  );

  return (
    <div className={styles.compare}>
      <h1 className="visually-hidden">Compare runs of {dataset.name}</h1>
      <CompareBar own={own} runs={runs} shownCount={rows.length} />
      <OverlayStrip hasMask={dataset.classes.some(({ masks }) => masks > 0)} isHidden={false} />
      {scores.error && <ErrorNotice title="The scores could not be read" error={scores.error} />}
      <div className={styles.middle}>
        {shownRow === undefined || shownId === undefined ? (
          <div className={styles.none}>
            {isRead ? (
              <EmptyState icon={Images} title="No image to compare">
                None of these runs has a score of an image that belongs here. Choose another class or another
                order.
              </EmptyState>
            ) : (
              <LinearProgress aria-label="Reading the scores" />
            )}
          </div>
        ) : (
          <div
            className={styles.panes}
            style={{ gridTemplateColumns: `repeat(${runs.length}, minmax(0, 1fr))` }}
          >
            {runs.map((run, place) => (
              <Pane
                key={run.id}
                letter={letterOf(place)}
                run={run}
                title={runTitle(run, names)}
                imageId={shownId}
                className={className}
                score={comparison.scores[place]?.[shownRow] ?? null}
                rank={comparison.ranks[place]?.[shownRow] ?? null}
                count={comparison.counts[place] ?? 0}
                onRemove={runs.length > fewestCompared ? onRemove : null}
              />
            ))}
          </div>
        )}
        {side !== 'none' && (
          <SidePanel dataset={dataset} runs={runs} comparison={comparison} shownRow={shownRow ?? null} />
        )}
      </div>
      <CompareFilmstrip comparison={comparison} rows={rows} selected={index} onSelect={goTo} />
    </div>
  );
}
