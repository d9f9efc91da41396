import Button from '@mui/material/Button';
import { GraduationCap } from 'lucide-react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { Training } from '../../../src-shared/domain/training.ts';
import { JobLine } from '../../components/job-line.tsx';
import { RemoveButton } from '../../components/remove-button.tsx';
import { RenameButton } from '../../components/rename-button.tsx';
import { useAddressStore } from '../../state/address.ts';
import { useClient } from '../../state/client-context.ts';
import { formatMoment } from '../../state/format.ts';
import { useJob } from '../../state/queries.ts';
import { describeTraining, formatLoss, stateOf, trainingFacts } from '../../state/training-words.ts';
import { useTraining } from '../../state/training-queries.ts';
import { say } from '../../texts/say.ts';
import page from '../../components/page.module.css';
import rows from '../../components/row-list.module.css';
import styles from './training.module.css';

interface TrainingListProps {
  readonly dataset: Dataset;
  readonly trainings: readonly Training[];
}

/** Every training from the images of a data set, newest first. */
export function TrainingList({ dataset, trainings }: TrainingListProps) {
  const go = useAddressStore((state) => state.go);
  return (
    <div className={page.list}>
      <div className={`${page.top} ${styles.top}`}>
        <h1>{say('Trainings on {dataset}', { dataset: dataset.name })}</h1>
        <Button
          variant="contained"
          onClick={() => {
            go({ view: 'train' });
          }}
        >
          {say('New training')}
        </Button>
      </div>
      <ul className={rows.list} aria-label={say('Trainings')}>
        {trainings.map((training) => (
          <TrainingRow key={training.id} training={training} />
        ))}
      </ul>
    </div>
  );
}

function TrainingRow({ training }: { readonly training: Training }) {
  const go = useAddressStore((state) => state.go);
  const job = useJob(training.jobId);
  const state = stateOf(training, job);
  const loss = useTraining(training.id).data?.checkpoints.at(-1)?.lossMean;
  const facts = [
    describeTraining(training, state),
    loss === undefined ? '' : say('loss {loss}', { loss: formatLoss(loss) }),
    formatMoment(training.createdAtMs),
  ].filter((part) => part !== '');
  return (
    <li className={rows.row} data-testid="training-row" data-state={state}>
      <div className={rows.head}>
        <div className={rows.words}>
          <h2>{training.name}</h2>
          <p className={rows.facts}>{facts.join(' · ')}</p>
          <p className={rows.facts}>{trainingFacts(training)}</p>
          {state === 'failed' && training.error !== null && (
            <p className={rows.problem}>{training.error.message}</p>
          )}
        </div>
        <div className={rows.actions}>
          <Button
            variant="outlined"
            startIcon={<GraduationCap size={14} aria-hidden />}
            aria-label={say('Open «{name}»', { name: training.name })}
            onClick={() => {
              go({ view: 'training', trainingId: training.id, epoch: null });
            }}
          >
            {say('Open')}
          </Button>
          <RenameTraining training={training} />
          <RemoveTraining training={training} />
        </div>
      </div>
      {job !== undefined && state !== 'succeeded' && state !== 'failed' && (
        <JobLine job={job} showTitle={false} />
      )}
    </li>
  );
}

export function RenameTraining({ training }: { readonly training: Training }) {
  const client = useClient();
  return (
    <RenameButton
      name={training.name}
      rename={(name) => client.call('trainings.rename', { trainingId: training.id, name })}
    />
  );
}

interface RemoveTrainingProps {
  readonly training: Training;
  readonly onRemoved?: () => void;
}

export function RemoveTraining({ training, onRemoved }: RemoveTrainingProps) {
  const client = useClient();
  return (
    <RemoveButton
      name={training.name}
      remove={async () => {
        await client.call('trainings.remove', { trainingId: training.id });
        onRemoved?.();
      }}
    >
      {say(
        'Its losses and the checkpoints of {count, plural, one {# epoch} other {# epochs}} will be gone. Prompts that were kept, their runs and the images stay.',
        { count: training.epochsDone },
      )}
    </RemoveButton>
  );
}
