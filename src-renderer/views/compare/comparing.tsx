import LinearProgress from '@mui/material/LinearProgress';
import { Images } from 'lucide-react';
import { useCallback, useMemo, useRef, useState } from 'react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { Size } from '../../canvas/viewport.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useElementSize } from '../../components/use-element-size.ts';
import { addressActions, useAddress } from '../../state/address.ts';
import { countFilters, filterBits, filterRows } from '../../state/compare-filter.ts';
import { useScoresOf } from '../../state/compare-queries.ts';
import {
  fewestCompared,
  letterOf,
  paneToken,
  type ComparedPane,
  type PaneThreshold,
} from '../../state/compare-panes.ts';
import { compareScores, orderRows } from '../../state/compare.ts';
import { sidePanelWidth } from '../../state/pane-columns.ts';
import { paneHeadings } from '../../state/pane-headings.ts';
import { otherThreshold, usePaneThresholds, useSavedThresholds } from '../../state/pane-thresholds.ts';
import { useImage } from '../../state/queries.ts';
import { scoresOfClass } from '../../state/run-thresholds.ts';
import { runTitle } from '../../state/run-words.ts';
import { useForeignVerdicts, useVerdicts } from '../../state/verdicts.ts';
import { say } from '../../texts/say.ts';
import { useRunNames } from '../frame/top-bar.tsx';
import { OverlayStrip } from '../review/overlay-strip.tsx';
import { CompareBar } from './compare-bar.tsx';
import { CompareFilmstrip } from './compare-filmstrip.tsx';
import styles from './comparing.module.css';
import { PaneGrid } from './pane-grid.tsx';
import { Pane } from './pane.tsx';
import { SidePanel } from './side-panel.tsx';
import { useCompareKeys } from './use-compare-keys.ts';
import { useComparePreload } from './use-compare-preload.ts';

export interface ComparingProps {
  readonly dataset: Dataset;
  /** Every run of the data set, newest first. */
  readonly own: readonly Run[];
  readonly panes: readonly ComparedPane[];
}

/** Panes locked together, the images to go through below, figures beside. */
export function Comparing({ dataset, own, panes }: ComparingProps) {
  const { imageId, className, side } = useAddress('imageId', 'className', 'side');
  const { go, replace } = addressActions;
  const names = useRunNames();
  const points = useSavedThresholds(dataset.id);
  const headings = useMemo(() => paneHeadings(panes, names, points), [panes, names, points]);
  const { scores, thresholds, seconds, comparison, whole, rows, isRead, filterCounts } = useComparedImages(
    dataset.id,
    panes,
    points,
  );
  const imageIds = useMemo(() => rows.map((row) => comparison.imageIds[row] ?? 0), [rows, comparison]);
  const index = Math.max(0, imageId === null ? 0 : imageIds.indexOf(imageId));
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
  const runs = useMemo(() => panes.map(({ run }) => run), [panes]);
  useComparePreload(runs, imageIds, index);

  const tokens = useMemo(() => panes.map(({ token }) => token), [panes]);
  const onRemove = useCallback(
    (token: string) => {
      go({ panes: tokens.filter((each) => each !== token) });
    },
    [go, tokens],
  );
  const onThreshold = useCallback(
    (token: string, at: PaneThreshold) => {
      const run = panes.find((pane) => pane.token === token)?.run;
      if (run) go({ panes: tokens.map((each) => (each === token ? paneToken(run.id, at) : each)) });
    },
    [go, panes, tokens],
  );
  const [first] = panes;
  const image = useImage(shownId ?? null, first?.run.id ?? null).data?.image;
  const aspect = image ? image.widthPx / image.heightPx : 1;
  const middle = useRef<HTMLDivElement>(null);
  const sideWidth = useSideWidth(panes.length, useElementSize(middle), image === undefined ? null : aspect);

  return (
    <div className={styles.compare}>
      <h1 className="visually-hidden">{say('Compare runs of {name}', { name: dataset.name })}</h1>
      <CompareBar
        own={own}
        panes={panes}
        points={points}
        shared={headings.shared}
        shownCount={rows.length}
        filterCounts={filterCounts}
        hasBand={seconds.some((second) => second !== null)}
        otherThresholdOf={(runId) => {
          const place = panes.findIndex((pane) => pane.run.id === runId);
          const known = scores.values[place];
          return known ? otherThreshold(scoresOfClass(known, className), thresholds) : { kind: 'own' };
        }}
      />
      <OverlayStrip hasMask={dataset.classes.some(({ masks }) => masks > 0)} isHidden={false} />
      {scores.error && <ErrorNotice title={say('The scores could not be read')} error={scores.error} />}
      <div ref={middle} className={styles.middle}>
        {shownRow === undefined || shownId === undefined || first === undefined ? (
          <div className={styles.none}>
            <NoImage isRead={isRead} />
          </div>
        ) : (
          <PaneGrid count={panes.length} aspect={aspect}>
            {panes.map((pane, place) => (
              <Pane
                key={`${pane.run.id} ${place}`}
                letter={letterOf(place)}
                pane={pane}
                heading={headings.own[place] ?? ''}
                title={runTitle(pane.run, names)}
                firstRun={first.run}
                imageId={shownId}
                className={className}
                score={comparison.scores[place]?.[shownRow] ?? null}
                rank={comparison.ranks[place]?.[shownRow] ?? null}
                count={comparison.counts[place] ?? 0}
                leftOut={comparison.leftOut[place]?.[shownRow] ?? null}
                threshold={thresholds[place] ?? null}
                second={seconds[place] ?? null}
                scores={scores.values[place]}
                points={points}
                onRemove={panes.length > fewestCompared ? onRemove : null}
                onThreshold={onThreshold}
              />
            ))}
          </PaneGrid>
        )}
        {side !== 'none' && (
          <SidePanel
            dataset={dataset}
            panes={panes}
            headings={headings.own}
            comparison={comparison}
            whole={whole}
            scoresKey={scores.key}
            thresholds={thresholds}
            shownRow={shownRow ?? null}
            widthPx={sideWidth}
          />
        )}
      </div>
      <CompareFilmstrip
        datasetId={dataset.id}
        comparison={comparison}
        rows={rows}
        selected={index}
        onSelect={goTo}
      />
    </div>
  );
}

/** Of the first image that is known: the next ones, of another shape, move nothing. */
function useSideWidth(count: number, area: Size, aspect: number | null): number {
  const [first, setFirst] = useState(aspect);
  if (first === null && aspect !== null) setFirst(aspect);
  return sidePanelWidth(count, area, first ?? 1);
}

/** Scores, thresholds and the images to go through, as the address asks for them. */
function useComparedImages(
  datasetId: number,
  panes: readonly ComparedPane[],
  points: ReturnType<typeof useSavedThresholds>,
) {
  const { className, order, metric, byPane, andPane, among } = useAddress(
    'className',
    'order',
    'metric',
    'byPane',
    'andPane',
    'among',
  );
  const runs = useMemo(() => panes.map(({ run }) => run), [panes]);
  const scores = useScoresOf(runs);
  const verdicts = useVerdicts(datasetId).values;
  useForeignVerdicts();
  const isRead = scores.values.every((each) => each !== undefined);
  const { thresholds, seconds } = usePaneThresholds(panes, scores.values, className, points);
  const known = useMemo(() => scores.values.flatMap((each) => (each ? [each] : [])), [scores.values]);
  const whole = useMemo(() => compareScores(known), [known]);
  const comparison = useMemo(
    () => (className === null ? whole : compareScores(known.map((each) => scoresOfClass(each, className)))),
    [known, whole, className],
  );
  const placeOf = (token: string | null, otherwise: number) => {
    const place = panes.findIndex((pane) => pane.token === token);
    return place < 0 ? otherwise : place;
  };
  const of = placeOf(byPane, 0);
  const against = placeOf(andPane, 1);
  const scales = useMemo(() => runs.map(({ scale }) => scale), [runs]);
  const ordered = useMemo(
    () => (isRead ? orderRows(comparison, order, { of, against, metric, scales, thresholds, seconds }) : []),
    [comparison, isRead, order, of, against, metric, scales, thresholds, seconds],
  );
  const bits = useMemo(
    () => filterBits(comparison, { verdicts, thresholds, seconds }),
    [comparison, verdicts, thresholds, seconds],
  );
  const rows = useMemo(() => filterRows(bits, ordered, among ?? []), [bits, ordered, among]);
  const filterCounts = useMemo(() => countFilters(bits, ordered), [bits, ordered]);
  return { scores, thresholds, seconds, comparison, whole, rows, isRead, filterCounts };
}

function NoImage({ isRead }: { readonly isRead: boolean }) {
  const { among } = useAddress('among');
  if (!isRead) return <LinearProgress aria-label={say('Reading the scores')} />;
  return (
    <EmptyState icon={Images} title={say('No image to compare')}>
      {among === null
        ? say(
            'None of these runs has a score of an image that belongs here. Choose another class or another order.',
          )
        : say('No image fits the filter. Take a filter away, or choose another class or another order.')}
    </EmptyState>
  );
}
