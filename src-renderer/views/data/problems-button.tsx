import Button from '@mui/material/Button';
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import { formatNoun } from '../../state/format.ts';
import { describeProblems } from '../../state/problem-words.ts';
import { useProblems } from '../../state/queries.ts';
import { mostListedProblems, ProblemsDialog } from './problems-dialog.tsx';

/** Says what is wrong with files («12 images could not be read») and opens the list. */
export function ProblemsButton({ dataset }: { readonly dataset: Dataset }) {
  const [open, setOpen] = useState(false);
  const { data } = useProblems(dataset.id, mostListedProblems);
  return (
    <div>
      <Button
        startIcon={<TriangleAlert size={16} color="var(--unsure)" aria-hidden />}
        sx={{ marginLeft: '-8px' }}
        onClick={() => {
          setOpen(true);
        }}
      >
        {data ? describeProblems(data.problems, data.total) : formatNoun(dataset.problemCount, 'problem')}
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
