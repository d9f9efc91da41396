import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { memo, useMemo } from 'react';
import { binomialBounds } from '../../../src-shared/metrics/binomial-bounds.ts';
import { aurocOf, averagePrecisionOf, type Ranking } from '../../../src-shared/metrics/ranking.ts';
import { useAddress, useAddressStore } from '../../state/address.ts';
import { precisionRecallPoints, rocPoints, thinPoints, type CurvePoint } from '../../state/curves.ts';
import { formatPercent } from '../../state/format.ts';
import { edgeOf, rankPixels } from '../../state/map-profile.ts';
import { confidence } from '../../state/promise-words.ts';
import type { Bands } from '../../state/threshold-bands.ts';
import type { ThresholdModel } from '../../state/threshold-model.ts';
import { curveNames } from '../../texts/names.ts';
import { say } from '../../texts/say.ts';
import styles from './curve-panel.module.css';

interface CurvePanelProps {
  readonly model: ThresholdModel;
  readonly bands: Bands;
}

type CurveKind = 'roc' | 'pr';

const sidePx = 100;

/** ROC or precision and recall, with the point of the threshold and how far the labels leave it open. */
export function CurvePanel({ model, bands }: CurvePanelProps) {
  const { curve } = useAddress('curve');
  const { columns, table } = model;
  const ofPixels = table?.hasMasks === true;
  const ranking = useMemo(
    () => (table?.hasMasks === true ? rankPixels(table) : columns.ranking),
    [columns, table],
  );
  const points = useMemo(
    () => thinPoints(curve === 'roc' ? rocPoints(ranking) : precisionRecallPoints(ranking), 400),
    [ranking, curve],
  );
  const place = ofPixels ? placeOfPixels(curve, model) : placeOfImages(curve, model, bands);
  const names = axisNames(curve, ofPixels);
  return (
    <section className={styles.panel} aria-label={say('Curve')}>
      <CurveHead curve={curve} ranking={ranking} ofPixels={ofPixels} />
      {points.length === 0 ? (
        <p className={styles.quiet}>
          {say('A curve needs images that are labelled good and images that are labelled anomalous.')}
        </p>
      ) : (
        <figure className={styles.figure}>
          <span className={styles.yName}>{names.y}</span>
          <svg
            className={styles.plot}
            viewBox={`-1 -1 ${sidePx + 2} ${sidePx + 2}`}
            role="img"
            aria-label={describePlace(curve, place, names)}
          >
            <Grid isRoc={curve === 'roc'} />
            <Curve points={points} />
            {place && <Place place={place} />}
          </svg>
          <figcaption className={styles.xName}>{names.x}</figcaption>
        </figure>
      )}
    </section>
  );
}

interface CurveHeadProps {
  readonly curve: CurveKind;
  readonly ranking: Ranking;
  readonly ofPixels: boolean;
}

const CurveHead = memo(function CurveHead({ curve, ranking, ofPixels }: CurveHeadProps) {
  const replace = useAddressStore((state) => state.replace);
  const area = useMemo(
    () => (curve === 'roc' ? aurocOf(ranking) : averagePrecisionOf(ranking)),
    [ranking, curve],
  );
  const value = area === null ? '' : formatPercent(area, 1);
  return (
    <div className={styles.head}>
      <ToggleButtonGroup
        exclusive
        size="small"
        value={curve}
        aria-label={say('Which curve')}
        onChange={(_, picked: CurveKind | null) => {
          if (picked) replace({ curve: picked });
        }}
      >
        <ToggleButton value="roc">{curveNames.roc}</ToggleButton>
        <ToggleButton value="pr">{curveNames.pr}</ToggleButton>
      </ToggleButtonGroup>
      {area !== null && (
        <span className={styles.quiet}>
          {curve === 'roc'
            ? ofPixels
              ? say('Pixel AUROC {value}', { value })
              : say('AUROC {value}', { value })
            : ofPixels
              ? say('Pixel AP {value}', { value })
              : say('Average precision {value}', { value })}
        </span>
      )}
    </div>
  );
});

interface AxisNames {
  readonly x: string;
  readonly y: string;
}

function axisNames(curve: CurveKind, ofPixels: boolean): AxisNames {
  if (ofPixels) {
    return curve === 'roc'
      ? { x: say('normal pixels inside'), y: say('marked pixels found') }
      : { x: say('marked pixels found (recall)'), y: say('pixels inside that are marked (precision)') };
  }
  return curve === 'roc'
    ? { x: say('good images stopped'), y: say('anomalous images found') }
    : {
        x: say('anomalous images found (recall)'),
        y: say('stopped images that are anomalous (precision)'),
      };
}

/** The point of the threshold with the exact intervals of its two rates; null where they mean nothing. */
interface PlaceOnCurve extends CurvePoint {
  readonly ranges: { readonly x: readonly [number, number]; readonly y: readonly [number, number] } | null;
}

function placeOfImages(
  curve: CurveKind,
  { columns }: ThresholdModel,
  { stopped }: Bands,
): PlaceOnCurve | null {
  const found = rateOf(stopped.anomalous, columns.anomalous.length);
  const alarms = rateOf(stopped.good, columns.good.length);
  const precision = rateOf(stopped.anomalous, stopped.anomalous + stopped.good);
  const [x, y] = curve === 'roc' ? [alarms, found] : [found, precision];
  return x && y && { x: x.share, y: y.share, ranges: { x: x.range, y: y.range } };
}

/** Without intervals: pixels of one image are not independent of each other. */
function placeOfPixels(curve: CurveKind, { table, cuts }: ThresholdModel): PlaceOnCurve | null {
  if (!table) return null;
  const edge = edgeOf(table, cuts.threshold);
  const [hits, alarms] = [table.anomalous[edge] ?? 0, table.normal[edge] ?? 0];
  const [positives, negatives] = [table.anomalous[0] ?? 0, table.normal[0] ?? 0];
  if (positives === 0 || negatives === 0) return null;
  const found = hits / positives;
  if (curve === 'roc') return { x: alarms / negatives, y: found, ranges: null };
  return hits + alarms === 0 ? null : { x: found, y: hits / (hits + alarms), ranges: null };
}

function rateOf(part: number, whole: number) {
  if (whole === 0) return null;
  const { lower, upper } = binomialBounds(part, whole, confidence);
  return { share: part / whole, range: [lower, upper] as const };
}

function describePlace(curve: CurveKind, place: PlaceOnCurve | null, names: AxisNames): string {
  const name = curve === 'roc' ? 'ROC' : 'PR';
  if (!place) return say('{name} curve; nothing is stopped at this threshold', { name });
  return say('{name} curve; at the threshold {xShare} {x}, {yShare} {y}', {
    name,
    ...names,
    xShare: formatPercent(place.x, 1),
    yShare: formatPercent(place.y, 1),
  });
}

const Grid = memo(function Grid({ isRoc }: { readonly isRoc: boolean }) {
  return (
    <g className={styles.grid}>
      {[0, 25, 50, 75, 100].map((at) => (
        <path key={at} d={`M0 ${at}H${sidePx}M${at} 0V${sidePx}`} />
      ))}
      {isRoc && <path className={styles.chance} d={`M0 ${sidePx}L${sidePx} 0`} />}
    </g>
  );
});

const Curve = memo(function Curve({ points }: { readonly points: readonly CurvePoint[] }) {
  const d = points
    .map(
      ({ x, y }, index) =>
        `${index === 0 ? 'M' : 'L'}${(x * sidePx).toFixed(2)} ${((1 - y) * sidePx).toFixed(2)}`,
    )
    .join('');
  return <path className={styles.curve} d={d} />;
});

function Place({ place: { x, y, ranges } }: { readonly place: PlaceOnCurve }) {
  const dot = `M${x * sidePx} ${(1 - y) * sidePx}h0.001`;
  return (
    <g data-testid="place">
      {ranges && (
        <rect
          className={styles.region}
          x={ranges.x[0] * sidePx}
          y={(1 - ranges.y[1]) * sidePx}
          width={(ranges.x[1] - ranges.x[0]) * sidePx}
          height={(ranges.y[1] - ranges.y[0]) * sidePx}
        />
      )}
      <path className={`${styles.point} ${styles.rim}`} d={dot} />
      <path className={styles.point} d={dot} />
    </g>
  );
}
