import { predict } from '../state/prediction.ts';
import styles from './score-bar.module.css';

interface ScoreBarProps {
  readonly score: number;
  readonly threshold: number | null;
  /** Where the middle band begins; null: there is none. */
  readonly second?: number | null;
  readonly scale: { readonly scoreMin: number; readonly scoreMax: number };
}

/** 0-1 on a scale; everything is in the middle of a scale without length. */
export function positionOn(value: number, min: number, max: number): number {
  return max > min ? Math.min(1, Math.max(0, (value - min) / (max - min))) : 0.5;
}

/** A score as a thin bar on the run's scale, with a tick at each threshold. */
export function ScoreBar({ score, threshold, second = null, scale }: ScoreBarProps) {
  const length = positionOn(score, scale.scoreMin, scale.scoreMax);
  const said = predict(score, threshold, second);
  const ticks = [second, threshold].filter((cut) => cut !== null);
  return (
    <span className={styles.bar} aria-hidden>
      <span className={styles.fill} data-said={said} style={{ width: `${Math.max(2, length * 100)}%` }} />
      {ticks.map((cut) => (
        <span
          key={cut}
          className={styles.tick}
          style={{ left: `${positionOn(cut, scale.scoreMin, scale.scoreMax) * 100}%` }}
        />
      ))}
    </span>
  );
}
