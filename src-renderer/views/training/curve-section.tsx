import { useState, type ReactNode } from 'react';
import { dashes, LineChart, type ChartProps } from './line-chart.tsx';
import chartStyles from './line-chart.module.css';
import page from '../../components/page.module.css';
import styles from './training-page.module.css';

interface CurveSectionProps extends ChartProps {
  readonly title: string;
  /** Stands beside the title. */
  readonly action?: ReactNode;
  /** What stands there as long as there is no curve. */
  readonly empty: string;
}

/** Curves with a key in which each can be left out. */
export function CurveSection({ title, action, empty, ...chart }: CurveSectionProps) {
  const { curves, formatY } = chart;
  const [hidden, setHidden] = useState<readonly string[]>([]);
  const order = curves.map(({ key }) => key);
  return (
    <section className={page.section} aria-label={title}>
      <div className={styles.sectionHead}>
        <h2>{title}</h2>
        {action}
      </div>
      {curves.length === 0 ? (
        <p className={styles.quiet}>{empty}</p>
      ) : (
        <>
          <LineChart
            {...chart}
            label={title}
            curves={curves.filter(({ key }) => !hidden.includes(key))}
            order={order}
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
