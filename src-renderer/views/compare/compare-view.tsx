import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import { Columns2, Images } from 'lucide-react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useAddress, useAddressStore } from '../../state/address.ts';
import { chooseRuns, fewestCompared } from '../../state/compare.ts';
import { useDataset, useDatasets, useRuns } from '../../state/queries.ts';
import { runTitle } from '../../state/run-words.ts';
import { useRunNames } from '../frame/top-bar.tsx';
import { Comparing } from './comparing.tsx';

/** Several runs over the same images, side by side. */
export function CompareView() {
  const { datasetId, runIds } = useAddress();
  const go = useAddressStore((state) => state.go);
  const datasets = useDatasets();
  const runs = useRuns();
  const dataset = useDataset(datasetId);
  const names = useRunNames();

  if (datasets.isPending || runs.isPending) return <LinearProgress aria-label="Reading the runs" />;
  if (!datasets.data || !runs.data) {
    return <ErrorNotice title="The runs could not be read" error={datasets.error ?? runs.error} />;
  }
  if (!dataset) {
    return (
      <EmptyState
        isPage
        icon={Images}
        title="Nothing to compare yet"
        action={
          <Button
            variant="contained"
            onClick={() => {
              go({ view: 'data' });
            }}
          >
            {datasets.data.length === 0 ? 'Go to Data' : 'Choose a data set'}
          </Button>
        }
      >
        Two or more runs over one data set are shown here side by side, with their figures per class.
      </EmptyState>
    );
  }
  const own = runs.data.filter((run) => run.datasetId === dataset.id);
  const chosen = chooseRuns(own, runIds, (run) => runTitle(run, names));
  if (chosen.length < fewestCompared) return <TooFewRuns dataset={dataset} own={own} />;
  return <Comparing key={dataset.id} dataset={dataset} own={own} runs={chosen} />;
}

function TooFewRuns({ dataset, own }: { readonly dataset: Dataset; readonly own: readonly Run[] }) {
  const go = useAddressStore((state) => state.go);
  return (
    <EmptyState
      isPage
      icon={Columns2}
      title={
        own.length < fewestCompared
          ? own.length === 0
            ? `Nothing was run on ${dataset.name} yet`
            : `Only one run of ${dataset.name} is there`
          : 'Fewer than two runs have scores'
      }
      action={
        <Button
          variant="contained"
          onClick={() => {
            go({ view: 'start' });
          }}
        >
          Start a run
        </Button>
      }
    >
      A comparison needs two runs with scores over the same images: another method, another model, other
      prompts or other settings.
    </EmptyState>
  );
}
