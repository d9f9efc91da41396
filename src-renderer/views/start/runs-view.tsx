import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import { Play } from 'lucide-react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useAddress, useAddressStore } from '../../state/address.ts';
import { useDataset, useDatasets, useRuns } from '../../state/queries.ts';
import { say } from '../../texts/say.ts';
import { DatasetNeeded } from '../frame/dataset-needed.tsx';
import { RunRow } from './run-row.tsx';
import page from '../../components/page.module.css';
import rows from '../../components/row-list.module.css';

/** Every run of a data set: what it was made with, where it stands, and what can be done with it. */
export function RunsView() {
  const { datasetId } = useAddress('datasetId');
  const datasets = useDatasets();
  const dataset = useDataset(datasetId);
  if (datasets.isPending) return <LinearProgress aria-label={say('Reading the data set')} />;
  if (dataset) return <Runs dataset={dataset} />;
  return <DatasetNeeded purpose={say('Runs belong to a data set.')} />;
}

function Runs({ dataset }: { readonly dataset: Dataset }) {
  const go = useAddressStore((state) => state.go);
  const runs = useRuns();
  const own = (runs.data ?? []).filter((run) => run.datasetId === dataset.id);
  return (
    <div className={page.list}>
      <h1>{say('Runs of {dataset}', { dataset: dataset.name })}</h1>
      {runs.isPending && <LinearProgress aria-label={say('Reading the runs')} />}
      {runs.error && <ErrorNotice title={say('The runs could not be read')} error={runs.error} />}
      {runs.data && own.length === 0 && (
        <EmptyState
          icon={Play}
          title={say('No runs yet')}
          action={
            <Button
              variant="contained"
              onClick={() => {
                go({ view: 'start' });
              }}
            >
              {say('Start a run')}
            </Button>
          }
        >
          {say('A run gives every image a score and a map of where it is unlike the others.')}
        </EmptyState>
      )}
      <ul className={rows.list} aria-label={say('Runs')}>
        {own.map((run) => (
          <RunRow key={run.id} run={run} />
        ))}
      </ul>
    </div>
  );
}
