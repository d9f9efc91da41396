import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import LinearProgress from '@mui/material/LinearProgress';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { groupProblems } from '../../state/problem-words.ts';
import { useProblems } from '../../state/queries.ts';
import { say } from '../../texts/say.ts';
import { ProblemGroups } from './problem-groups.tsx';

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
          ? say('{count, plural, one {# problem} other {# problems}}', { count: problems.data.total })
          : say('Problems with files')}
      </DialogTitle>
      <DialogContent>
        <p style={{ color: 'var(--text-quiet)', marginBottom: 8 }}>
          {say(
            'In {root}. Everything else is in the data set. Mend the files, then let the folder be looked through again.',
            { root: dataset.root },
          )}
        </p>
        {problems.isPending && <LinearProgress aria-label={say('Reading the problems')} />}
        {problems.error && <ErrorNotice title={say('The list could not be read')} error={problems.error} />}
        {problems.data && <ProblemGroups groups={groupProblems(problems.data.problems)} />}
        {problems.data && problems.data.total > problems.data.problems.length && (
          <p>
            {say('The first {shown, number} of {total, number} problems are listed.', {
              shown: problems.data.problems.length,
              total: problems.data.total,
            })}
          </p>
        )}
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>{say('Close')}</Button>
      </DialogActions>
    </Dialog>
  );
}
