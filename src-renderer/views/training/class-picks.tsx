import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import Tooltip from '@mui/material/Tooltip';
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
  /** Of classes of the set that is learned from: those that nothing is learned from. */
  readonly notLearned?: readonly string[];
  readonly onChange: (chosen: readonly string[] | null) => void;
}

/** All classes of a data set, or some of them. */
export function ClassPicks({ label, dataset, chosen, notLearned, onChange }: ClassPicksProps) {
  const { classes } = dataset;
  const names = classes.map(({ name }) => name);
  const [only] = classes;
  if (classes.length === 1 && only !== undefined) return <p>{describeClass(only)}</p>;
  return (
    <div role="group" aria-label={label}>
      {notLearned !== undefined && (
        <div className={styles.shortcuts}>
          <Button
            size="small"
            variant="outlined"
            disabled={chosen === null}
            onClick={() => {
              onChange(null);
            }}
          >
            {say('All')}
          </Button>
          <Tooltip
            title={
              notLearned.length > 0 ? '' : say('Every class is learned from. Leave some out above first.')
            }
          >
            <span>
              <Button
                size="small"
                variant="outlined"
                disabled={notLearned.length === 0}
                onClick={() => {
                  onChange(notLearned);
                }}
              >
                {say('Those not learned from')}
              </Button>
            </span>
          </Tooltip>
        </div>
      )}
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
