import { memo, useMemo, useRef } from 'react';
import { useElementSize } from '../../components/use-element-size.ts';
import { formatCount } from '../../state/format.ts';
import { niceTop, type BandPoint, type TrainingCurve } from '../../state/training-curves.ts';
import { say } from '../../texts/say.ts';
import styles from './line-chart.module.css';

/** Lines told apart without colour, one for each metric of a training. */
export const dashes = ['', '8 4', '2 3', '10 3 2 3', '5 2 1 2 1 2', '14 4', '4 8', '14 3 5 3'] as const;

/** Axes and curves. */
export interface ChartProps {
  readonly xName: string;
  readonly curves: readonly TrainingCurve[];
  readonly from: number;
  readonly to: number;
  /** What the axis begins with; absent: 0. */
  readonly bottom?: number;
  /** Null: a round value above the greatest. */
  readonly top: number | null;
  readonly formatY: (value: number) => string;
  readonly formatTick: (value: number) => string;
  /** Where the chosen epoch stands; null: nowhere. */
  readonly marker: number | null;
  readonly onPick: (x: number) => void;
}

/** `curves` are those that are shown; each keeps the dashes of its place among `order`. */
interface LineChartProps extends ChartProps {
  readonly label: string;
  /** Keys of all curves, shown or not. */
  readonly order: readonly string[];
}

const left = 44;
const right = 12;
const above = 8;
const below = 22;
const heightPx = 220;

/** Curves over steps or epochs. A click picks the place that it falls on. */
export function LineChart(props: LineChartProps) {
  const { curves, from, to, marker, bottom = 0 } = props;
  const box = useRef<HTMLDivElement>(null);
  const { width } = useElementSize(box);
  const inner = { width: Math.max(1, width - left - right), height: heightPx - above - below };
  const top = useMemo(
    () =>
      props.top ?? niceTop(Math.max(0, ...curves.flatMap(({ points }) => points.map(({ high }) => high)))),
    [props.top, curves],
  );
  const span = Math.max(1e-9, to - from);
  const place = (x: number) => left + ((x - from) / span) * inner.width;
  const spoken = curves.map(({ name, last }) =>
    last === null ? name : say('{name} {value}', { name, value: props.formatY(last) }),
  );
  return (
    <div ref={box} className={styles.box}>
      {width > 0 && (
        <svg
          className={styles.chart}
          width={width}
          height={heightPx}
          role="img"
          aria-label={say('{label}. {curves}', { label: props.label, curves: spoken.join(', ') })}
          data-points={curves[0]?.points.length ?? 0}
          onClick={(event) => {
            const { left: edge } = event.currentTarget.getBoundingClientRect();
            const share = (event.clientX - edge - left) / inner.width;
            props.onPick(from + Math.min(1, Math.max(0, share)) * span);
          }}
        >
          <Axes
            from={from}
            to={to}
            bottom={bottom}
            top={top}
            inner={inner}
            xName={props.xName}
            formatTick={props.formatTick}
          />
          {curves.map((curve) => (
            <Curve
              key={curve.key}
              points={curve.points}
              isFirst={props.order[0] === curve.key}
              dash={dashes[props.order.indexOf(curve.key) % dashes.length] ?? ''}
              from={from}
              span={span}
              bottom={bottom}
              top={top}
              width={inner.width}
            />
          ))}
          {marker !== null && marker >= from && marker <= to && (
            <line
              className={styles.marker}
              x1={place(marker)}
              x2={place(marker)}
              y1={above}
              y2={above + inner.height}
            />
          )}
        </svg>
      )}
    </div>
  );
}

interface AxesProps {
  readonly from: number;
  readonly to: number;
  readonly bottom: number;
  readonly top: number;
  readonly inner: { readonly width: number; readonly height: number };
  readonly xName: string;
  readonly formatTick: (value: number) => string;
}

function Axes({ from, to, bottom, top, inner, xName, formatTick }: AxesProps) {
  return (
    <g className={styles.axes}>
      {[0, 0.25, 0.5, 0.75, 1].map((share) => {
        const y = above + (1 - share) * inner.height;
        return (
          <g key={share}>
            <line x1={left} x2={left + inner.width} y1={y} y2={y} />
            {share !== 0.25 && share !== 0.75 && (
              <text x={left - 6} y={y + 4} textAnchor="end">
                {formatTick(bottom + share * (top - bottom))}
              </text>
            )}
          </g>
        );
      })}
      <text x={left} y={heightPx - 6}>
        {formatCount(Math.round(from))}
      </text>
      <text x={left + inner.width / 2} y={heightPx - 6} textAnchor="middle">
        {xName}
      </text>
      <text x={left + inner.width} y={heightPx - 6} textAnchor="end">
        {formatCount(Math.round(to))}
      </text>
    </g>
  );
}

interface CurveProps {
  readonly points: readonly BandPoint[];
  readonly isFirst: boolean;
  readonly dash: string;
  readonly from: number;
  readonly span: number;
  readonly bottom: number;
  readonly top: number;
  readonly width: number;
}

/** The mean as a line; where steps share a pixel, their extremes as a band behind it. */
const Curve = memo(function Curve({ points, isFirst, dash, from, span, bottom, top, width }: CurveProps) {
  const height = heightPx - above - below;
  const x = (value: number) => (left + ((value - from) / span) * width).toFixed(1);
  const y = (value: number) =>
    (above + (1 - Math.min(1, Math.max(0, (value - bottom) / (top - bottom)))) * height).toFixed(1);
  const upper = points.map((point) => `${x(point.x)},${y(point.high)}`);
  const lower = points.map((point) => `${x(point.x)},${y(point.low)}`).reverse();
  const [only] = points;
  return (
    <>
      <polygon className={styles.band} data-first={isFirst} points={[...upper, ...lower].join(' ')} />
      {points.length === 1 && only !== undefined ? (
        <circle className={styles.dot} data-first={isFirst} cx={x(only.x)} cy={y(only.y)} r={3} />
      ) : (
        <polyline
          className={styles.curve}
          data-first={isFirst}
          strokeDasharray={dash}
          points={points.map((point) => `${x(point.x)},${y(point.y)}`).join(' ')}
        />
      )}
    </>
  );
});
