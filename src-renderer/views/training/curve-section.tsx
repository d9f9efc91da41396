import { useState, type ReactNode } from 'react';
import type { TrainingCurve } from '../../state/training-curves.ts';
import { dashes, LineChart } from './line-chart.tsx';
import chartStyles from './line-chart.module.css';
import page from '../../components/page.module.css';
import styles from './training-page.module.css';

interface CurveSectionProps {
  readonly title: string;
  readonly curves: readonly TrainingCurve[];
  readonly xName: string;
  readonly from: number;
  readonly to: number;
  readonly bottom?: number;
  readonly top: number | null;
  readonly formatY: (value: number) => string;
  readonly formatTick: (value: number) => string;
  readonly marker: number | null;
  readonly onPick: (x: number) => void;
  /** Stands beside the title. */
  readonly action?: ReactNode;
  /** What stands there as long as there is no curve. */
  readonly empty: string;
}

/** Curves with a key in which each can be left out. */
export function CurveSection(props: CurveSectionProps) {
  const { title, curves, formatY } = props;
  const [hidden, setHidden] = useState<readonly string[]>([]);
  const order = curves.map(({ key }) => key);
  return (
    <section className={page.section} aria-label={title}>
      <div className={styles.sectionHead}>
        <h2>{title}</h2>
        {props.action}
      </div>
      {curves.length === 0 ? (
        <p className={styles.quiet}>{props.empty}</p>
      ) : (
        <>
          <LineChart
            label={title}
            xName={props.xName}
            curves={curves.filter(({ key }) => !hidden.includes(key))}
            order={order}
            from={props.from}
            to={props.to}
            {...(props.bottom === undefined ? {} : { bottom: props.bottom })}
            top={props.top}
            formatY={formatY}
            formatTick={props.formatTick}
            marker={props.marker}
            onPick={props.onPick}
          />
          <div className={chartStyles.legend}>
            {curves.map(({ key, name, last }, place) => (
              <button
                key={key}
                type="button"
                className={chartStyles.key}
                aria-pressed={!hidden.includes(key)}
                onClick={() => {
                  setHidden(hidden.includes(key) ? hidden.filter((each) => each !== key) : [...hidden, key]);
                }}
              >
                <svg width={28} height={8} aria-hidden>
                  <line
                    className={chartStyles.curve}
                    data-first={place === 0}
                    x1={0}
                    x2={28}
                    y1={4}
                    y2={4}
                    strokeDasharray={dashes[place % dashes.length] ?? ''}
                  />
                </svg>
                <span>{name}</span>
                {last !== null && <span className={styles.quiet}>{formatY(last)}</span>}
              </button>
            ))}
          </div>
        </>
      )}
    </section>
  );
}
