import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import { Columns2, Images } from 'lucide-react';
import { useState } from 'react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { proposeThreshold } from '../../../src-shared/metrics/propose-threshold.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useAddress, useAddressStore } from '../../state/address.ts';
import { choosePanes, fewestCompared, paneToken } from '../../state/compare-panes.ts';
import { useClient } from '../../state/client-context.ts';
import { otherThreshold } from '../../state/pane-thresholds.ts';
import { useDataset, useDatasets, useRuns } from '../../state/queries.ts';
import { scoresOfClass } from '../../state/run-thresholds.ts';
import { runTitle } from '../../state/run-words.ts';
import { say } from '../../texts/say.ts';
import { useRunNames } from '../frame/top-bar.tsx';
import { Comparing, type ComparingProps } from './comparing.tsx';

/** Several runs over the same images, side by side. */
export function CompareView() {
  const { datasetId, panes } = useAddress('datasetId', 'panes');
  const go = useAddressStore((state) => state.go);
  const datasets = useDatasets();
  const runs = useRuns();
  const dataset = useDataset(datasetId);
  const names = useRunNames();

  if (datasets.isPending || runs.isPending) return <LinearProgress aria-label={say('Reading the runs')} />;
  if (!datasets.data || !runs.data) {
    return <ErrorNotice title={say('The runs could not be read')} error={datasets.error ?? runs.error} />;
  }
  if (!dataset) {
    return (
      <EmptyState
        isPage
        icon={Images}
        title={say('Nothing to compare yet')}
        action={
          <Button
            variant="contained"
            onClick={() => {
              go({ view: 'data' });
            }}
          >
            {datasets.data.length === 0 ? say('Go to Data') : say('Choose a data set')}
          </Button>
        }
      >
        {datasets.data.length === 0
          ? say(
              'Add a folder of images in Data and run two methods on it; here they stand side by side, image by image and with their figures for each class.',
            )
          : say(
              'Choose a data set; its runs stand here side by side, image by image and with their figures for each class.',
            )}
      </EmptyState>
    );
  }
  const own = runs.data.filter((run) => run.datasetId === dataset.id);
  const chosen = choosePanes(own, panes, (run) => runTitle(run, names));
  if (chosen.length < fewestCompared) return <TooFewRuns dataset={dataset} own={own} />;
  return <ComparingStable key={dataset.id} dataset={dataset} own={own} panes={chosen} />;
}

/** What is made of the panes again and again stays the same object as long as nothing of them changes. */
function ComparingStable({ dataset, own, panes }: ComparingProps) {
  const [kept, setKept] = useState(panes);
  const isSame =
    kept.length === panes.length &&
    panes.every(({ token, run }, place) => kept[place]?.token === token && kept[place].run === run);
  if (!isSame) setKept(panes);
  return <Comparing dataset={dataset} own={own} panes={isSame ? kept : panes} />;
}

function TooFewRuns({ dataset, own }: { readonly dataset: Dataset; readonly own: readonly Run[] }) {
  const go = useAddressStore((state) => state.go);
  const client = useClient();
  const { className } = useAddress('className');
  const scored = own.find(({ scoredCount }) => scoredCount > 0);
  const compareAlone = async (run: Run) => {
    const scores = scoresOfClass(await client.call('runs.scores', { runId: run.id }), className);
    const own = proposeThreshold(scores)?.value ?? null;
    go({
      panes: [paneToken(run.id, { kind: 'own' }), paneToken(run.id, otherThreshold(scores, [own]))],
    });
  };
  return (
    <EmptyState
      isPage
      icon={Columns2}
      title={
        own.length === 0
          ? say('Nothing was run on {name} yet', { name: dataset.name })
          : own.length < fewestCompared
            ? say('{name} has only one run so far', { name: dataset.name })
            : say('Fewer than two runs of {name} have scores', { name: dataset.name })
      }
      action={
        <>
          <Button
            variant="contained"
            onClick={() => {
              go({ view: 'start' });
            }}
          >
            {say('Start a run')}
          </Button>
          {scored && (
            <Button
              variant="outlined"
              onClick={() => {
                void compareAlone(scored);
              }}
            >
              {say('Compare it at two thresholds')}
            </Button>
          )}
        </>
      }
    >
      {scored
        ? say(
            'Start another run over the same images, with another method, model, prompts or settings. Or compare the one that is there with itself, at two thresholds.',
          )
        : say('Two runs over the same images are compared: two methods, models, prompts or settings.')}
    </EmptyState>
  );
}
