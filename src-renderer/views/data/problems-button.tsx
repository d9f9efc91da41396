import Button from '@mui/material/Button';
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import { describeProblems } from '../../state/problem-words.ts';
import { useProblems } from '../../state/queries.ts';
import { say } from '../../texts/say.ts';
import styles from './problems-button.module.css';
import { mostListedProblems, ProblemsDialog } from './problems-dialog.tsx';

/** Says what is wrong with files («12 images could not be read») on one line and opens the list. */
export function ProblemsButton({ dataset }: { readonly dataset: Dataset }) {
  const [open, setOpen] = useState(false);
  const { data } = useProblems(dataset.id, mostListedProblems);
  const words = data
    ? describeProblems(data.problems, data.total)
    : say('{count, plural, one {# problem} other {# problems}}', { count: dataset.problemCount });
  return (
    <div className={styles.line}>
      <Button
        startIcon={<TriangleAlert size={16} color="var(--unsure)" aria-hidden />}
        sx={{ marginLeft: '-8px', maxWidth: 'calc(100% + 8px)', justifyContent: 'flex-start' }}
        title={words}
        onClick={() => {
          setOpen(true);
        }}
      >
        <span className={styles.words}>{words}</span>
      </Button>
      {open && (
        <ProblemsDialog
          dataset={dataset}
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </div>
  );
}
