import { useMemo } from 'react';
import type { Run } from '../../../src-shared/domain/run.ts';
import { aurocOf, averagePrecisionOf } from '../../../src-shared/metrics/ranking.ts';
import { useAddressStore } from '../../state/address.ts';
import { letterOf, type Comparison } from '../../state/compare.ts';
import { imageAtPoint, nearestCurvePoint, runCurves, type RunCurve } from '../../state/compare-curves.ts';
import { thinPoints } from '../../state/curves.ts';
import { formatPercent } from '../../state/format.ts';
import styles from './chart.module.css';

interface CurveChartProps {
  readonly kind: 'roc' | 'pr';
  readonly runs: readonly Run[];
  readonly comparison: Comparison;
}

const sizePx = 300;
const left = 30;
const bottom = 26;
const full = { width: sizePx + left + 8, height: sizePx + bottom + 8 };
/** Lines told apart without colour. */
const dashes = ['', '8 4', '2 3', '10 3 2 3', '5 2 1 2 1 2'] as const;

/** The curves of all runs over the labelled images that are shown; a click opens the image at that point. */
export function CurveChart({ kind, runs, comparison }: CurveChartProps) {
  const replace = useAddressStore((state) => state.replace);
  const curves = useMemo(() => runCurves(comparison, kind), [comparison, kind]);
  if (curves.every(({ points }) => points.length === 0)) {
    return (
      <p className={styles.quiet}>
        A curve needs good and anomalous labels among the images shown. Choose another class, or import
        labels.
      </p>
    );
  }
  const [acrossName, upName] =
    kind === 'roc'
      ? ['False alarm rate', 'Share of anomalous found']
      : ['Share of anomalous found', 'Precision'];
  return (
    <>
      <h2>{kind === 'roc' ? 'ROC' : 'Precision and recall'}</h2>
      <svg
        className={styles.curves}
        viewBox={`0 0 ${full.width} ${full.height}`}
        role="img"
        aria-label={`${upName} against ${acrossName.toLowerCase()} of ${curves.length} runs. ${curves.map((curve, place) => describe(curve, kind, place)).join('. ')}`}
        data-testid="compare-curves"
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const scale = full.width / box.width;
          const point = {
            x: ((event.clientX - box.left) * scale - left) / sizePx,
            y: 1 - ((event.clientY - box.top) * scale - 8) / sizePx,
          };
          const nearest = nearestCurvePoint(curves, point);
          if (nearest === null) return;
          const imageId = imageAtPoint(comparison, nearest);
          const run = runs[nearest.run];
          if (imageId !== null && run) replace({ imageId, order: 'score', byRunId: run.id });
        }}
      >
        {[0, 0.5, 1].map((share) => (
          <g key={share} className={styles.tick}>
            <line x1={left} x2={left + sizePx} y1={8 + (1 - share) * sizePx} y2={8 + (1 - share) * sizePx} />
            <line y1={8} y2={8 + sizePx} x1={left + share * sizePx} x2={left + share * sizePx} />
            <text x={left - 4} y={12 + (1 - share) * sizePx} textAnchor="end">
              {share}
            </text>
            <text x={left + share * sizePx} y={sizePx + 24} textAnchor={share === 1 ? 'end' : 'middle'}>
              {share}
            </text>
          </g>
        ))}
        {curves.map(({ points }, place) => (
          <polyline
            key={runs[place]?.id ?? place}
            className={styles.curve}
            strokeDasharray={dashes[place] ?? ''}
            points={thinPoints(points, sizePx)
              .map(({ x, y }) => `${left + x * sizePx},${8 + (1 - y) * sizePx}`)
              .join(' ')}
          />
        ))}
      </svg>
      <p className={styles.axis}>
        Across: {acrossName.toLowerCase()}. Up: {upName.toLowerCase()}.
      </p>
      <ul className={styles.lines}>
        {curves.map((curve, place) => (
          <li key={runs[place]?.id ?? place}>
            <svg width={40} height={12} aria-hidden>
              <line
                className={styles.curve}
                x1={0}
                x2={40}
                y1={6}
                y2={6}
                strokeDasharray={dashes[place] ?? ''}
              />
            </svg>
            {describe(curve, kind, place)}
          </li>
        ))}
      </ul>
      <p className={styles.quiet}>
        All labelled images shown, as one set, those of the train split included, which the table of metrics
        leaves out. Click a curve to open the image at that point.
      </p>
    </>
  );
}

function describe({ ranking }: RunCurve, kind: 'roc' | 'pr', place: number): string {
  const value = kind === 'roc' ? aurocOf(ranking) : averagePrecisionOf(ranking);
  const name = kind === 'roc' ? 'AUROC' : 'AP';
  return `${letterOf(place)}: ${name} ${value === null ? 'unknown' : formatPercent(value, 1)}`;
}
