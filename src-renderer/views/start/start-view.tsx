import LinearProgress from '@mui/material/LinearProgress';
import { useAddress } from '../../state/address.ts';
import { useDataset, useDatasets, useModels, usePromptSets, useRun, useRuns } from '../../state/queries.ts';
import { say } from '../../texts/say.ts';
import { DatasetNeeded } from '../frame/dataset-needed.tsx';
import { StartForm } from './start-form.tsx';

/** Chooses what to run on a data set, and starts it; `againRunId` and `promptSetId` in the address say what it begins with. */
export function StartView() {
  const { datasetId, againRunId, promptSetId } = useAddress('datasetId', 'againRunId', 'promptSetId');
  const datasets = useDatasets();
  const runs = useRuns();
  const dataset = useDataset(datasetId);
  const again = useRun(againRunId);
  const models = useModels();
  const prompts = usePromptSets();
  const learned = prompts.data?.find(({ id }) => id === promptSetId) ?? null;
  if (datasets.isPending || runs.isPending || models.isPending || prompts.isPending)
    return <LinearProgress aria-label={say('Reading the data set')} />;
  if (!dataset) {
    return <DatasetNeeded purpose={say('A run looks through the images of one data set.')} />;
  }
  return (
    <StartForm
      key={`${dataset.id} ${again?.id ?? ''} ${learned?.id ?? ''}`}
      dataset={dataset}
      again={again ?? null}
      learned={learned}
    />
  );
}
