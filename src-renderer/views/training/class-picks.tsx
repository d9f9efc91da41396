import Checkbox from '@mui/material/Checkbox';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import { describeClass } from '../../state/training-words.ts';
import { say } from '../../texts/say.ts';
import styles from './training.module.css';

interface ClassPicksProps {
  /** What the classes are chosen for. */
  readonly label: string;
  readonly dataset: Dataset;
  /** Null: all. */
  readonly chosen: readonly string[] | null;
  readonly onChange: (chosen: readonly string[] | null) => void;
}

/** All classes of a data set, or some of them. */
export function ClassPicks({ label, dataset, chosen, onChange }: ClassPicksProps) {
  const { classes } = dataset;
  const names = classes.map(({ name }) => name);
  const [only] = classes;
  if (classes.length === 1 && only !== undefined) return <p>{describeClass(only)}</p>;
  return (
    <div role="group" aria-label={label}>
      <label className={styles.pick}>
        <Checkbox
          size="small"
          checked={chosen === null}
          indeterminate={chosen !== null && chosen.length > 0}
          onChange={() => {
            onChange(chosen === null ? [] : null);
          }}
        />
        {say('All {count, plural, one {# class} other {# classes}}', { count: classes.length })}
      </label>
      <div className={styles.picks}>
        {classes.map((each) => (
          <label key={each.name} className={styles.pick}>
            <Checkbox
              size="small"
              checked={chosen === null || chosen.includes(each.name)}
              onChange={(_, checked) => {
                const next = names.filter((name) =>
                  name === each.name ? checked : chosen === null || chosen.includes(name),
                );
                onChange(next.length === names.length ? null : next);
              }}
            />
            <span>{describeClass(each)}</span>
          </label>
        ))}
      </div>
    </div>
  );
}
