import Button from '@mui/material/Button';
import { Pin, PinOff } from 'lucide-react';
import type { TrainingCheckpoint } from '../../../src-shared/domain/training.ts';
import { comparedFigures, type ComparedFigure } from '../../state/compared-epochs.ts';
import { say } from '../../texts/say.ts';
import styles from './training-page.module.css';

interface ComparedEpochsProps {
  readonly left: TrainingCheckpoint;
  readonly right: TrainingCheckpoint;
  readonly first: TrainingCheckpoint;
  /** Null: with the first. */
  readonly onCompare: (epoch: number | null) => void;
}

/** Figures of two epochs beside each other, and the choice of the one on the left. */
export function ComparedEpochs({ left, right, first, onCompare }: ComparedEpochsProps) {
  const figures = comparedFigures(left, right);
  // One button for both, so that it keeps the focus.
  const isPinned = left.epoch !== first.epoch;
  const row = (name: string, key: string, valueOf: (figure: ComparedFigure) => string) => (
    <tr data-row={key}>
      <th scope="row">{name}</th>
      {figures.map((figure) => (
        <td key={figure.key} data-better={key === 'difference' ? (figure.isBetter ?? undefined) : undefined}>
          {valueOf(figure)}
        </td>
      ))}
    </tr>
  );
  return (
    <div className={styles.compared}>
      <div className={styles.tableBox} role="region" tabIndex={0} aria-label={say('Two epochs compared')}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">
                <span className="visually-hidden">{say('Epoch')}</span>
              </th>
              {figures.map(({ key, name }) => (
                <th key={key} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {row(say('Epoch {epoch}', { epoch: left.epoch }), 'left', (figure) => figure.left)}
            {row(say('Epoch {epoch}', { epoch: right.epoch }), 'right', (figure) => figure.right)}
            {row(say('Difference'), 'difference', (figure) => figure.difference)}
          </tbody>
        </table>
      </div>
      <Button
        className={styles.pin ?? ''}
        startIcon={isPinned ? <PinOff size={14} aria-hidden /> : <Pin size={14} aria-hidden />}
        disabled={!isPinned && right.epoch === first.epoch}
        onClick={() => {
          onCompare(isPinned ? null : right.epoch);
        }}
      >
        {isPinned
          ? say('Put the first epoch on the left again')
          : say('Put epoch {epoch} on the left', { epoch: right.epoch })}
      </Button>
    </div>
  );
}
