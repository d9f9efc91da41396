import Button from '@mui/material/Button';
import { useState } from 'react';
import type { ClassCounts } from '../../../src-shared/domain/dataset.ts';
import { StateMark } from '../../components/state-mark.tsx';
import { formatCount } from '../../state/format.ts';
import styles from './class-table.module.css';

interface ClassTableProps {
  readonly classes: readonly ClassCounts[];
  /** More classes than this are folded away. */
  readonly shownCount: number;
}

const columns = [
  { field: 'good', name: 'Good', mark: 'good' },
  { field: 'anomalous', name: 'Anomalous', mark: 'defect' },
  { field: 'unlabelled', name: 'Unlabelled', mark: null },
  { field: 'masks', name: 'Masks', mark: null },
] as const;

/** Counts by class and label; columns without a single image are left out. */
export function ClassTable({ classes, shownCount }: ClassTableProps) {
  const [all, setAll] = useState(false);
  const folded = !all && classes.length > shownCount + 1;
  const shown = folded ? classes.slice(0, shownCount) : classes;
  const used = columns.filter(({ field }) => classes.some((each) => each[field] > 0));
  return (
    <div>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Class</th>
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
              <th scope="row">All {formatCount(classes.length)} classes</th>
              {used.map(({ field }) => (
                <td key={field}>{formatCount(classes.reduce((sum, each) => sum + each[field], 0))}</td>
              ))}
            </tr>
          </tfoot>
        )}
      </table>
      {folded && (
        <Button
          onClick={() => {
            setAll(true);
          }}
        >
          Show {formatCount(classes.length - shownCount)} more
        </Button>
      )}
    </div>
  );
}
