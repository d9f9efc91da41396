import Button from '@mui/material/Button';
import type { ClassCounts } from '../../../src-shared/domain/dataset.ts';
import { StateMark } from '../../components/state-mark.tsx';
import { formatCount } from '../../state/format.ts';
import { say } from '../../texts/say.ts';
import styles from './class-table.module.css';

interface ClassTableProps {
  readonly classes: readonly ClassCounts[];
  /** More classes than this stay away; absent: all are shown. */
  readonly shownCount?: number;
  /** Shows those that stay away. */
  readonly onMore?: () => void;
}

const columns = [
  { field: 'good', name: say('Good'), mark: 'good' },
  { field: 'anomalous', name: say('Anomalous'), mark: 'defect' },
  { field: 'unlabelled', name: say('Unlabelled'), mark: null },
  { field: 'masks', name: say('Masks'), mark: null },
] as const;

/** Counts by class and label; columns without a single image are left out. */
export function ClassTable({ classes, shownCount = Infinity, onMore }: ClassTableProps) {
  // One line more is no longer than the line that says that there is one more.
  const folded = classes.length > shownCount + 1;
  const shown = folded ? classes.slice(0, shownCount) : classes;
  const used = columns.filter(({ field }) => classes.some((each) => each[field] > 0));
  return (
    <div>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{say('Class')}</th>
            {used.map(({ field, name, mark }) => (
              <th key={field} scope="col">
                {mark && <StateMark kind={mark} sizePx={10} />} {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((each) => (
            <tr key={each.name}>
              <th scope="row">{each.name}</th>
              {used.map(({ field }) => (
                <td key={field}>{each[field] === 0 ? '–' : formatCount(each[field])}</td>
              ))}
            </tr>
          ))}
        </tbody>
        {classes.length > 1 && (
          <tfoot>
            <tr>
              <th scope="row">{say('All {count, number} classes', { count: classes.length })}</th>
              {used.map(({ field }) => (
                <td key={field}>{formatCount(classes.reduce((sum, each) => sum + each[field], 0))}</td>
              ))}
            </tr>
          </tfoot>
        )}
      </table>
      {folded && onMore && (
        <Button sx={{ marginLeft: '-12px' }} onClick={onMore}>
          {say('{count, plural, one {# more class} other {# more classes}}', {
            count: classes.length - shownCount,
          })}
        </Button>
      )}
    </div>
  );
}
