// What lives here: learning prompts: the list of trainings, the page that sets one up, and the page of one.
// What may not: anything that another view needs; what is pure lies in state/training-*.ts.
import LinearProgress from '@mui/material/LinearProgress';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useAddress } from '../../state/address.ts';
import { useDataset, useDatasets } from '../../state/queries.ts';
import { useTrainings } from '../../state/training-queries.ts';
import { say } from '../../texts/say.ts';
import { DatasetNeeded } from '../frame/dataset-needed.tsx';
import { TrainingList } from './training-list.tsx';
import { TrainingPage } from './training-page.tsx';
import { TrainingSetUp } from './training-set-up.tsx';
import styles from './training.module.css';

/** One training, the list of all, or where there is none yet the page that sets one up. */
export function TrainingView() {
  const { view, datasetId, trainingId } = useAddress('view', 'datasetId', 'trainingId');
  const datasets = useDatasets();
  const dataset = useDataset(datasetId);
  const trainings = useTrainings();
  if (view === 'training' && trainingId !== null)
    return <TrainingPage key={trainingId} trainingId={trainingId} />;
  if (datasets.isPending || trainings.isPending)
    return <LinearProgress aria-label={say('Reading the trainings')} />;
  if (trainings.error)
    return (
      <div className={styles.alone}>
        <ErrorNotice
          title={say('The trainings could not be read')}
          error={trainings.error}
          onRetry={() => void trainings.refetch()}
        />
      </div>
    );
  if (!dataset)
    return (
      <DatasetNeeded
        purpose={say('Prompts are learned from the labelled images of one data set, and serve every other.')}
      />
    );
  return view === 'train' || trainings.data.length === 0 ? (
    <TrainingSetUp key={dataset.id} dataset={dataset} />
  ) : (
    <TrainingList dataset={dataset} trainings={trainings.data} />
  );
}
