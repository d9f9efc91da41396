import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import { Boxes, Images } from 'lucide-react';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useAddress, useAddressStore } from '../../state/address.ts';
import { useImageColumns } from '../../state/image-columns.ts';
import {
  useDataset,
  useDatasets,
  useImage,
  useModels,
  usePromptSets,
  useRunScores,
  useRuns,
} from '../../state/queries.ts';
import { useTrainings } from '../../state/training-queries.ts';
import { say } from '../../texts/say.ts';
import { DatasetNeeded } from '../frame/dataset-needed.tsx';
import { TryingPrompts } from './trying-prompts.tsx';

/** Words or learned prompts are changed here, and what a method says by them of a few images follows at once. */
export function PromptBenchView() {
  const { datasetId, runId, imageId } = useAddress('datasetId', 'runId', 'imageId');
  const go = useAddressStore((state) => state.go);
  const datasets = useDatasets();
  const dataset = useDataset(datasetId);
  const models = useModels();
  const prompts = usePromptSets();
  const trainings = useTrainings();
  const runs = useRuns();
  const own = runs.data?.filter((each) => each.datasetId === datasetId && each.scoredCount > 0) ?? [];
  const run = own.find(({ id }) => id === runId) ?? own[0];
  const scores = useRunScores(run?.id ?? null);
  const columns = useImageColumns(run === undefined ? (dataset?.id ?? null) : null);
  const shown = useImage(imageId, null);

  const error =
    datasets.error ??
    models.error ??
    prompts.error ??
    trainings.error ??
    runs.error ??
    scores.error ??
    columns.error;
  if (error) return <ErrorNotice title={say('The bench could not be laid out')} error={error} />;
  if ([datasets, models, prompts, trainings, runs].some(({ isPending }) => isPending))
    return <LinearProgress aria-label={say('Reading the data set')} />;
  if (!dataset) return <DatasetNeeded purpose={say('Prompts are tried on images of one data set.')} />;
  const [firstModel] = models.data ?? [];
  if (firstModel === undefined)
    return (
      <EmptyState
        isPage
        icon={Boxes}
        title={say('No model is there yet')}
        action={
          <Button
            variant="contained"
            onClick={() => {
              go({ view: 'models' });
            }}
          >
            {say('Go to Models')}
          </Button>
        }
      >
        {say('Prompts are compared with images by a model. Import one or get one in Models.')}
      </EmptyState>
    );
  const candidates = run !== undefined ? scores.data : columns.isPlaceholderData ? undefined : columns.data;
  if (candidates === undefined || (imageId !== null && shown.isPending))
    return <LinearProgress aria-label={say('Reading the images')} />;
  if (candidates.imageIds.length === 0)
    return (
      <EmptyState isPage icon={Images} title={say('This data set holds no images')}>
        {say('Prompts are tried on images of one data set.')}
      </EmptyState>
    );
  const isOfSet = shown.data?.image.datasetId === dataset.id;
  return (
    <TryingPrompts
      key={`${dataset.id} ${run?.id ?? ''}`}
      dataset={dataset}
      run={run ?? null}
      models={models.data ?? []}
      promptSets={prompts.data ?? []}
      trainings={trainings.data ?? []}
      candidates={candidates}
      lookedAt={isOfSet ? imageId : null}
    />
  );
}
