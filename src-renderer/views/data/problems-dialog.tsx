import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import LinearProgress from '@mui/material/LinearProgress';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { describeProblems } from '../../state/problem-words.ts';
import { useProblems } from '../../state/queries.ts';
import { ProblemList } from './problem-list.tsx';

/** More than this are counted, not listed. */
export const mostListedProblems = 1000;

/** What is wrong with a data set's files, file by file. */
export function ProblemsDialog({
  dataset,
  onClose,
}: {
  readonly dataset: Dataset;
  readonly onClose: () => void;
}) {
  const problems = useProblems(dataset.id, mostListedProblems);
  return (
    <Dialog open onClose={onClose} maxWidth="md" fullWidth>
      <DialogTitle>
        {problems.data
          ? describeProblems(problems.data.problems, problems.data.total)
          : 'Problems with files'}
      </DialogTitle>
      <DialogContent>
        <p style={{ color: 'var(--text-quiet)', marginBottom: 8 }}>
          In {dataset.root}. Everything else is in the data set. Mend the files and add the folder again to
          take them in.
        </p>
        {problems.isPending && <LinearProgress aria-label="Reading the problems" />}
        {problems.error && <ErrorNotice title="The list could not be read" error={problems.error} />}
        {problems.data && <ProblemList problems={problems.data.problems} label="Files with problems" />}
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>Close</Button>
      </DialogActions>
    </Dialog>
  );
}
