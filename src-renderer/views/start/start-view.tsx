import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import { FolderSearch } from 'lucide-react';
import { EmptyState } from '../../components/empty-state.tsx';
import { useAddress, useAddressStore } from '../../state/address.ts';
import { useDataset, useDatasets, useRun, useRuns } from '../../state/queries.ts';
import { say } from '../../texts/say.ts';
import { StartForm } from './start-form.tsx';

/** Chooses what to run on a data set, and starts it; `againRunId` in the address begins with what a run was made with. */
export function StartView() {
  const { datasetId, againRunId } = useAddress();
  const go = useAddressStore((state) => state.go);
  const datasets = useDatasets();
  const runs = useRuns();
  const dataset = useDataset(datasetId);
  const again = useRun(againRunId);
  if (datasets.isPending || runs.isPending)
    return <LinearProgress aria-label={say('Reading the data set')} />;
  if (!dataset) {
    return (
      <EmptyState
        isPage
        icon={FolderSearch}
        title={say('No data set is chosen')}
        action={
          <Button
            variant="contained"
            onClick={() => {
              go({ view: 'data' });
            }}
          >
            {say('Choose a data set')}
          </Button>
        }
      >
        {say('A run looks through the images of one data set.')}
      </EmptyState>
    );
  }
  return <StartForm key={`${dataset.id} ${again?.id ?? ''}`} dataset={dataset} again={again ?? null} />;
}
