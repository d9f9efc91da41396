import styles from './score-bar.module.css';

interface ScoreBarProps {
  readonly score: number;
  readonly threshold: number | null;
  readonly scale: { readonly scoreMin: number; readonly scoreMax: number };
}

/** 0-1 on a scale; everything is in the middle of a scale without length. */
export function positionOn(value: number, min: number, max: number): number {
  return max > min ? Math.min(1, Math.max(0, (value - min) / (max - min))) : 0.5;
}

/** A score as a thin bar on the run's scale, with a tick at the threshold. */
export function ScoreBar({ score, threshold, scale }: ScoreBarProps) {
  const length = positionOn(score, scale.scoreMin, scale.scoreMax);
  const defect = threshold !== null && score >= threshold;
  return (
    <span className={styles.bar} aria-hidden>
      <span
        className={defect ? `${styles.fill} ${styles.defect}` : styles.fill}
        style={{ width: `${Math.max(2, length * 100)}%` }}
      />
      {threshold !== null && (
        <span
          className={styles.tick}
          style={{ left: `${positionOn(threshold, scale.scoreMin, scale.scoreMax) * 100}%` }}
        />
      )}
    </span>
  );
}
