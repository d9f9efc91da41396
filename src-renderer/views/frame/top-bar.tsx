import Button from '@mui/material/Button';
import { ListVideo, FileOutput, Play, Search } from 'lucide-react';
import { useAddress, useAddressStore } from '../../state/address.ts';
import { formatMoment } from '../../state/format.ts';
import { productName } from '../../texts/names.ts';
import { say } from '../../texts/say.ts';
import { useKeyName } from '../../state/keys.ts';
import { usePanelStore } from '../../state/panels.ts';
import { useDataset, useDatasets, useModels, usePromptSets, useRun, useRuns } from '../../state/queries.ts';
import { useIsClosed } from '../../state/readings.ts';
import { describeAuroc, runBadge, runState, runTitle, type RunNames } from '../../state/run-words.ts';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import { PickMenu } from '../../components/pick-menu.tsx';
import { TipButton } from '../../components/tip-button.tsx';
import styles from './top-bar.module.css';

export function useRunNames(): RunNames {
  return { models: useModels().data ?? [], promptSets: usePromptSets().data ?? [] };
}

/** Which data set and which run the views show. */
export function TopBar() {
  const { datasetId, view } = useAddress('datasetId', 'view');
  const go = useAddressStore((state) => state.go);
  const dataset = useDataset(datasetId);
  return (
    <header className={styles.bar}>
      <DatasetSwitch />
      {dataset && view !== 'compare' && <RunSwitch />}
      {dataset && view !== 'runs' && <AllRunsButton datasetId={dataset.id} />}
      {dataset &&
        dataset.classes.length > 1 &&
        ['review', 'thresholds', 'compare', 'export'].includes(view) && <ClassSwitch dataset={dataset} />}
      <span className={styles.space} />
      <FindButton />
      {dataset && <ExportButton dataset={dataset} />}
      {dataset && view !== 'start' && dataset.imageCount > 0 && (
        <Button
          variant="outlined"
          startIcon={<Play size={14} aria-hidden />}
          onClick={() => {
            go({ view: 'start' });
          }}
        >
          {say('Start a run')}
        </Button>
      )}
    </header>
  );
}

/** Where there is something to export. */
function ExportButton({ dataset }: { readonly dataset: Dataset }) {
  const { runId, view } = useAddress('runId', 'view');
  const go = useAddressStore((state) => state.go);
  const { data: runs = [] } = useRuns();
  const own = runs.filter(({ datasetId, scoredCount }) => datasetId === dataset.id && scoredCount > 0);
  const shown = own.find(({ id }) => id === runId) ?? own[0];
  if (!shown || !['images', 'review', 'thresholds', 'compare'].includes(view)) return null;
  return (
    <Button
      variant="outlined"
      startIcon={<FileOutput size={14} aria-hidden />}
      onClick={() => {
        go({ view: 'export', runId: shown.id });
      }}
    >
      {say('Export')}
    </Button>
  );
}

function FindButton() {
  const setOpen = usePanelStore((state) => state.setSearchOpen);
  const keyName = useKeyName('search.open');
  return (
    <button
      type="button"
      className={styles.find}
      aria-label={say('Find anything')}
      onClick={() => {
        setOpen(true);
      }}
    >
      <Search size={16} aria-hidden />
      <span className={styles.findWord}>{say('Find')}</span>
      <kbd>{keyName}</kbd>
    </button>
  );
}

function DatasetSwitch() {
  const { datasetId, view } = useAddress('datasetId', 'view');
  const go = useAddressStore((state) => state.go);
  const { data: datasets = [] } = useDatasets();
  const { data: runs = [] } = useRuns();
  if (datasets.length === 0) return <span className={styles.product}>{productName}</span>;
  return (
    <PickMenu
      name={say('Data set')}
      placeholder={say('Choose a data set')}
      value={datasetId}
      options={datasets.map((dataset) => ({
        value: dataset.id,
        title: dataset.name,
        detail: say('{count, plural, one {# image} other {# images}}', { count: dataset.imageCount }),
      }))}
      onPick={(picked) => {
        const newest = runs.find((run) => run.datasetId === picked);
        go({
          view: ['review', 'thresholds', 'compare', 'prompts', 'export', 'start'].includes(view)
            ? view
            : 'images',
          datasetId: picked,
          runId: newest?.id ?? null,
          imageId: null,
          className: null,
          panes: null,
          byPane: null,
          andPane: null,
          among: null,
        });
      }}
    />
  );
}

/** Narrows what is reviewed to one class; each class has thresholds of its own. */
function ClassSwitch({ dataset }: { readonly dataset: Dataset }) {
  const { className } = useAddress('className');
  const go = useAddressStore((state) => state.go);
  const { classes } = dataset;
  return (
    <PickMenu
      name={say('Class')}
      placeholder={say('All')}
      value={className === null ? 0 : classes.findIndex(({ name }) => name === className) + 1}
      options={[
        {
          value: 0,
          title: say('All'),
          detail: say('{count, plural, one {# class} other {# classes}}', { count: classes.length }),
        },
        ...classes.map(({ name, good, anomalous, unlabelled }, index) => ({
          value: index + 1,
          title: name,
          detail: say('{count, plural, one {# image} other {# images}}', {
            count: good + anomalous + unlabelled,
          }),
        })),
      ]}
      onPick={(picked) => {
        go({ className: classes[picked - 1]?.name ?? null, imageId: null });
      }}
    />
  );
}

function AllRunsButton({ datasetId }: { readonly datasetId: number }) {
  const go = useAddressStore((state) => state.go);
  const { data: runs = [] } = useRuns();
  if (!runs.some((run) => run.datasetId === datasetId)) return null;
  return (
    <TipButton
      icon={ListVideo}
      label={say('All runs of this data set')}
      onClick={() => {
        go({ view: 'runs' });
      }}
    />
  );
}

function RunSwitch() {
  const { datasetId, runId, view } = useAddress('datasetId', 'runId', 'view');
  const go = useAddressStore((state) => state.go);
  const names = useRunNames();
  const run = useRun(runId);
  const { data: runs = [] } = useRuns();
  const own = runs.filter((each) => each.datasetId === datasetId);
  const isClosed = useIsClosed(datasetId);
  if (own.length === 0) return <span className={styles.quiet}>{say('No runs yet')}</span>;
  return (
    <PickMenu
      name={say('Run')}
      placeholder={say('Choose a run')}
      value={run?.id ?? null}
      options={own.map((each) => ({
        value: each.id,
        title: runTitle(each, names),
        detail: [runState(each), isClosed ? '' : describeAuroc(each), formatMoment(each.createdAtMs)]
          .filter((part) => part !== '')
          .join(' · '),
        badge: runBadge(each) ?? undefined,
        problem: each.error?.message,
      }))}
      onPick={(picked) => {
        go({ runId: picked, view: ['images', 'thresholds', 'export'].includes(view) ? view : 'review' });
      }}
    />
  );
}
