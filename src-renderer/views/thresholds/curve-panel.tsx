import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { memo, useMemo } from 'react';
import { binomialBounds } from '../../../src-shared/metrics/binomial-bounds.ts';
import { aurocOf, averagePrecisionOf } from '../../../src-shared/metrics/ranking.ts';
import type { ScoreColumns } from '../../../src-shared/metrics/score-columns.ts';
import { useAddress, useAddressStore } from '../../state/address.ts';
import { precisionRecallPoints, rocPoints, thinPoints, type CurvePoint } from '../../state/curves.ts';
import { formatPercent } from '../../state/format.ts';
import { confidence } from '../../state/promise-words.ts';
import type { Bands } from '../../state/threshold-bands.ts';
import styles from './curve-panel.module.css';

interface CurvePanelProps {
  readonly columns: ScoreColumns;
  readonly bands: Bands;
}

const axes = {
  roc: { name: 'ROC', x: 'good images stopped', y: 'anomalous images found' },
  pr: {
    name: 'PR',
    x: 'anomalous images found (recall)',
    y: 'stopped images that are anomalous (precision)',
  },
} as const;
const sidePx = 100;

/** ROC or precision and recall, with the point of the threshold and how far the labels leave it open. */
export function CurvePanel({ columns, bands }: CurvePanelProps) {
  const { curve } = useAddress();
  const replace = useAddressStore((state) => state.replace);
  const { ranking } = columns;
  const points = useMemo(
    () => thinPoints(curve === 'roc' ? rocPoints(ranking) : precisionRecallPoints(ranking), 400),
    [ranking, curve],
  );
  const area = useMemo(
    () => (curve === 'roc' ? aurocOf(ranking) : averagePrecisionOf(ranking)),
    [ranking, curve],
  );
  const place = placeOf(curve, columns, bands);
  return (
    <section className={styles.panel} aria-label="Curve">
      <div className={styles.head}>
        <ToggleButtonGroup
          exclusive
          size="small"
          value={curve}
          aria-label="Which curve"
          onChange={(_, picked: 'roc' | 'pr' | null) => {
            if (picked) replace({ curve: picked });
          }}
        >
          <ToggleButton value="roc">ROC</ToggleButton>
          <ToggleButton value="pr">PR</ToggleButton>
        </ToggleButtonGroup>
        {area !== null && (
          <span className={styles.quiet}>
            {curve === 'roc' ? 'AUROC' : 'Average precision'} {formatPercent(area, 1)}
          </span>
        )}
      </div>
      {points.length === 0 ? (
        <p className={styles.quiet}>
          A curve needs images that are labelled good and images that are labelled anomalous.
        </p>
      ) : (
        <figure className={styles.figure}>
          <span className={styles.yName}>{axes[curve].y}</span>
          <svg
            className={styles.plot}
            viewBox={`-1 -1 ${sidePx + 2} ${sidePx + 2}`}
            role="img"
            aria-label={describePlace(curve, place)}
          >
            <Grid isRoc={curve === 'roc'} />
            <Curve points={points} />
            {place && <Place place={place} />}
          </svg>
          <figcaption className={styles.xName}>{axes[curve].x}</figcaption>
        </figure>
      )}
    </section>
  );
}

/** The point of the threshold with the exact intervals of its two rates. */
interface PlaceOnCurve extends CurvePoint {
  readonly xRange: readonly [number, number];
  readonly yRange: readonly [number, number];
}

function placeOf(curve: 'roc' | 'pr', columns: ScoreColumns, { stopped }: Bands): PlaceOnCurve | null {
  const found = rateOf(stopped.anomalous, columns.anomalous.length);
  const alarms = rateOf(stopped.good, columns.good.length);
  const precision = rateOf(stopped.anomalous, stopped.anomalous + stopped.good);
  const [x, y] = curve === 'roc' ? [alarms, found] : [found, precision];
  return x && y && { x: x.share, y: y.share, xRange: x.range, yRange: y.range };
}

function rateOf(part: number, whole: number) {
  if (whole === 0) return null;
  const { lower, upper } = binomialBounds(part, whole, confidence);
  return { share: part / whole, range: [lower, upper] as const };
}

function describePlace(curve: 'roc' | 'pr', place: PlaceOnCurve | null): string {
  const { name, x, y } = axes[curve];
  if (!place) return `${name} curve; nothing is stopped at this threshold`;
  return `${name} curve; at the threshold ${formatPercent(place.x, 1)} ${x}, ${formatPercent(place.y, 1)} ${y}`;
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

function Place({ place: { x, y, xRange, yRange } }: { readonly place: PlaceOnCurve }) {
  return (
    <g data-testid="place">
      <rect
        className={styles.region}
        x={xRange[0] * sidePx}
        y={(1 - yRange[1]) * sidePx}
        width={(xRange[1] - xRange[0]) * sidePx}
        height={(yRange[1] - yRange[0]) * sidePx}
      />
      <circle className={styles.point} cx={x * sidePx} cy={(1 - y) * sidePx} r={2} />
    </g>
  );
}
