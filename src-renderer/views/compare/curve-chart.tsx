import { useMemo } from 'react';
import { aurocOf, averagePrecisionOf } from '../../../src-shared/metrics/ranking.ts';
import { useAddressStore } from '../../state/address.ts';
import { letterOf, type ComparedPane } from '../../state/compare-panes.ts';
import type { Comparison } from '../../state/compare.ts';
import {
  imageAtPoint,
  nearestCurvePoint,
  operatingPointOf,
  runCurves,
  type RunCurve,
} from '../../state/compare-curves.ts';
import { thinPoints } from '../../state/curves.ts';
import { formatPercent } from '../../state/format.ts';
import { say } from '../../texts/say.ts';
import styles from './chart.module.css';

interface CurveChartProps {
  readonly kind: 'roc' | 'pr';
  readonly panes: readonly ComparedPane[];
  readonly comparison: Comparison;
  /** The score thresholds of the panes: points on their curves. */
  readonly thresholds: readonly (number | null)[];
}

const sizePx = 300;
const left = 30;
const bottom = 26;
const full = { width: sizePx + left + 8, height: sizePx + bottom + 8 };
/** Lines told apart without colour. */
const dashes = ['', '8 4', '2 3', '10 3 2 3', '5 2 1 2 1 2'] as const;

/** The curves of all runs over the labelled images that are shown; a click opens the image at that point. */
export function CurveChart({ kind, panes, comparison, thresholds }: CurveChartProps) {
  const replace = useAddressStore((state) => state.replace);
  const curves = useMemo(() => runCurves(comparison, kind), [comparison, kind]);
  if (curves.every(({ points }) => points.length === 0)) {
    return (
      <p className={styles.quiet}>
        {say(
          'A curve needs good and anomalous labels among the images that metrics count. Choose another class, or import labels.',
        )}
      </p>
    );
  }
  const [acrossName, upName] =
    kind === 'roc'
      ? [say('False alarm rate'), say('Share of anomalous found')]
      : [say('Share of anomalous found'), say('Precision')];
  return (
    <>
      <h2>{kind === 'roc' ? say('ROC') : say('Precision and recall')}</h2>
      <svg
        className={styles.curves}
        viewBox={`0 0 ${full.width} ${full.height}`}
        role="img"
        aria-label={say('Up: {up}. Across: {across}. {curves}', {
          up: upName,
          across: acrossName,
          curves: curves.map((curve, place) => describe(curve, kind, place)).join('. '),
        })}
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
          const pane = panes[nearest.run];
          if (imageId !== null && pane) replace({ imageId, order: 'score', byPane: pane.token });
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
            key={panes[place]?.token ?? place}
            className={styles.curve}
            strokeDasharray={dashes[place] ?? ''}
            points={thinPoints(points, sizePx)
              .map(({ x, y }) => `${left + x * sizePx},${8 + (1 - y) * sizePx}`)
              .join(' ')}
          />
        ))}
        {curves.map((curve, place) => {
          const point = operatingPointOf(curve, kind, thresholds[place] ?? null);
          if (point === null) return null;
          const [x, y] = [left + point.x * sizePx, 8 + (1 - point.y) * sizePx];
          return (
            <g key={panes[place]?.token ?? place}>
              <circle className={styles.point} cx={x} cy={y} r={4} />
              <text
                className={styles.pointLetter}
                x={x + (point.x > 0.9 ? -8 : 8)}
                y={y + (point.y > 0.9 ? 14 : -6)}
                textAnchor={point.x > 0.9 ? 'end' : 'start'}
              >
                {letterOf(place)}
              </text>
            </g>
          );
        })}
      </svg>
      <p className={styles.axis}>
        {say('Across: {across}. Up: {up}. A ring: where the pane cuts.', { across: acrossName, up: upName })}
      </p>
      <ul className={styles.lines}>
        {curves.map((curve, place) => (
          <li key={panes[place]?.token ?? place}>
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
        {say(
          'Labelled images of the classes shown, as one set; the train split and references are left out, as in the table. Click a curve to open the image at that point.',
        )}
      </p>
    </>
  );
}

function describe({ ranking }: RunCurve, kind: 'roc' | 'pr', place: number): string {
  const value = kind === 'roc' ? aurocOf(ranking) : averagePrecisionOf(ranking);
  const letter = letterOf(place);
  if (value === null)
    return kind === 'roc'
      ? say('{letter}: AUROC unknown', { letter })
      : say('{letter}: AP unknown', { letter });
  const shown = formatPercent(value, 1);
  return kind === 'roc'
    ? say('{letter}: AUROC {value}', { letter, value: shown })
    : say('{letter}: AP {value}', { letter, value: shown });
}
