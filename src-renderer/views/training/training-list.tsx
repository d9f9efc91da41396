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
  /** Newest first, of every data set. */
  readonly trainings: readonly Training[];
}

/** The trainings from the images of a data set, then those of other data sets, each newest first. */
export function TrainingList({ dataset, trainings }: TrainingListProps) {
  const go = useAddressStore((state) => state.go);
  const own = trainings.filter(({ datasetId }) => datasetId === dataset.id);
  const others = trainings.filter(({ datasetId }) => datasetId !== dataset.id);
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
      {own.length === 0 ? (
        <p className={styles.quiet}>
          {say('Nothing was learned from {dataset} yet.', { dataset: dataset.name })}
        </p>
      ) : (
        <ul className={rows.list} aria-label={say('Trainings')}>
          {own.map((training) => (
            <OwnRow key={training.id} training={training} />
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <section className={page.section} aria-labelledby="other-trainings">
          <h2 id="other-trainings">{say('On other data sets')}</h2>
          <ul className={rows.list} aria-labelledby="other-trainings">
            {others.map((training) => (
              <TrainingRow key={training.id} training={training} loss={null} heading="h3" />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function OwnRow({ training }: { readonly training: Training }) {
  const loss = useTraining(training.id).data?.checkpoints.at(-1)?.lossMean;
  return <TrainingRow training={training} loss={loss ?? null} heading="h2" />;
}

interface TrainingRowProps {
  readonly training: Training;
  /** Of the last epoch; null: it is not told. */
  readonly loss: number | null;
  readonly heading: 'h2' | 'h3';
}

function TrainingRow({ training, loss, heading: Heading }: TrainingRowProps) {
  const go = useAddressStore((state) => state.go);
  const job = useJob(training.jobId);
  const state = stateOf(training, job);
  const facts = [
    describeTraining(training, state),
    loss === null ? '' : say('loss {loss}', { loss: formatLoss(loss) }),
    formatMoment(training.createdAtMs),
  ].filter((part) => part !== '');
  return (
    <li className={rows.row} data-testid="training-row" data-state={state}>
      <div className={rows.head}>
        <div className={rows.words}>
          <Heading>{training.name}</Heading>
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
