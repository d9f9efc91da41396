import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import { Images, Play } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Run } from '../../../src-shared/domain/run.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useAddress, useAddressStore } from '../../state/address.ts';
import { useDataset, useDatasets, useRun, useRuns } from '../../state/queries.ts';
import { say } from '../../texts/say.ts';

/** Said where there is no data set at all, where none is chosen, and where no run of it is. */
interface RunNeededWords {
  readonly noDatasets: string;
  readonly noDataset: string;
  readonly noRun: string;
}

interface RunNeededProps {
  /** «Nothing to set a threshold on yet». */
  readonly emptyTitle: string;
  /** What a run is needed for here, in a sentence, or what to do where a view has words of its own for that. */
  readonly purpose: string | RunNeededWords;
  readonly children: (run: Run) => ReactNode;
}

/** Shows a view of the run that the address names; without one, says what to do next and offers it. */
export function RunNeeded({ emptyTitle, purpose, children }: RunNeededProps) {
  const { datasetId, runId } = useAddress('datasetId', 'runId');
  const go = useAddressStore((state) => state.go);
  const datasets = useDatasets();
  const runs = useRuns();
  const dataset = useDataset(datasetId);
  const run = useRun(runId);
  const words = typeof purpose === 'string' ? wordsFor(purpose) : purpose;

  if (datasets.isPending || runs.isPending) return <LinearProgress aria-label={say('Reading the run')} />;
  if (!datasets.data || !runs.data) {
    return <ErrorNotice title={say('The run could not be read')} error={datasets.error ?? runs.error} />;
  }
  if (!dataset) {
    const isEmpty = datasets.data.length === 0;
    return (
      <EmptyState
        isPage
        icon={Images}
        title={emptyTitle}
        action={
          <Button
            variant="contained"
            onClick={() => {
              go({ view: 'data' });
            }}
          >
            {isEmpty ? say('Go to Data') : say('Choose a data set')}
          </Button>
        }
      >
        {isEmpty ? words.noDatasets : words.noDataset}
      </EmptyState>
    );
  }
  if (run?.datasetId === dataset.id) return children(run);
  const newest = runs.data.find((each) => each.datasetId === dataset.id);
  return (
    <EmptyState
      isPage
      icon={Play}
      title={newest ? say('No run is chosen') : say('Nothing was run on {name} yet', { name: dataset.name })}
      action={
        <>
          {newest && (
            <Button
              variant="contained"
              onClick={() => {
                go({ runId: newest.id, imageId: null });
              }}
            >
              {say('Show the newest run')}
            </Button>
          )}
          <Button
            variant={newest ? 'outlined' : 'contained'}
            onClick={() => {
              go({ view: 'start' });
            }}
          >
            {say('Start a run')}
          </Button>
        </>
      }
    >
      {words.noRun}
    </EmptyState>
  );
}

function wordsFor(purpose: string): RunNeededWords {
  return {
    noDatasets: `${say('Add a folder of images in Data and run a method on it.')} ${purpose}`,
    noDataset: `${say('Choose a data set and one of its runs.')} ${purpose}`,
    noRun: purpose,
  };
}
