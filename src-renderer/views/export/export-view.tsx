// What lives here: choosing what is written of runs, where to, and what has been written.
// What may not: writing; the core's `exports` does that.
import Button from '@mui/material/Button';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { FileOutput } from 'lucide-react';
import { useMemo } from 'react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { Job } from '../../../src-shared/domain/job.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { joinPath } from '../../components/folder-dialog.tsx';
import { useAddress, useAddressStore } from '../../state/address.ts';
import { useClient } from '../../state/client-context.ts';
import { upsertJob } from '../../state/events.ts';
import {
  emptyForm,
  exportWish,
  folderName,
  useExportFormStore,
  type ExportForm,
} from '../../state/export-form.ts';
import { useExportPlan, useExportTarget, useSavedPoints } from '../../state/export-queries.ts';
import { queryRoots, useDataset, useJobs, useRuns } from '../../state/queries.ts';
import { noteOpened, useIsClosed } from '../../state/readings.ts';
import { isUnderWay } from '../../state/run-words.ts';
import { saveNow } from '../../state/saved-state.ts';
import { say } from '../../texts/say.ts';
import { RunNeeded } from '../frame/run-needed.tsx';
import { useRunNames } from '../frame/top-bar.tsx';
import { CheckLine } from './check-line.tsx';
import { ImagesSection } from './images-section.tsx';
import { LastExport } from './last-export.tsx';
import { PlanPanel } from './plan-panel.tsx';
import { RunsSection } from './runs-section.tsx';
import { TargetField } from './target-field.tsx';
import { useExportFilters } from './use-export-filters.ts';
import { WhatSection } from './what-section.tsx';
import styles from './export-view.module.css';

/** Exports the run that the address names, or several of its data set. */
export function ExportView() {
  return (
    <RunNeeded
      emptyTitle={say('Nothing to export yet')}
      purpose={say('A run gives every image a score and a map; here they are written into files.')}
    >
      {(run) => <ExportOfSet key={run.datasetId} run={run} />}
    </RunNeeded>
  );
}

function ExportOfSet({ run }: { readonly run: Run }) {
  const dataset = useDataset(run.datasetId);
  const go = useAddressStore((state) => state.go);
  const { data: all = [] } = useRuns();
  const runs = all.filter(({ datasetId, scoredCount }) => datasetId === run.datasetId && scoredCount > 0);
  if (!dataset) return null;
  if (runs.length === 0) {
    return (
      <EmptyState
        isPage
        icon={FileOutput}
        title={say('No image has a score yet')}
        action={
          <Button
            variant="contained"
            onClick={() => {
              go({ view: 'review' });
            }}
          >
            {say('Look at the run in Review')}
          </Button>
        }
      >
        {say('There is something to export as soon as the run has scored its first image.')}
      </EmptyState>
    );
  }
  return <ExportPage dataset={dataset} run={run} runs={runs} />;
}

interface ExportPageProps {
  readonly dataset: Dataset;
  readonly run: Run;
  /** Of the data set, those with scores, newest first. */
  readonly runs: readonly Run[];
}

function ExportPage({ dataset, run, runs }: ExportPageProps) {
  const { className } = useAddress('className');
  const names = useRunNames();
  const { data: points = [] } = useSavedPoints(dataset.id);
  const { data: jobs = [] } = useJobs();
  const form = useExportFormStore((state) => state.byDataset[dataset.id]) ?? emptyForm;
  const changeStore = useExportFormStore((state) => state.change);
  const change = (changed: Partial<ExportForm>) => {
    changeStore(dataset.id, changed);
  };
  const last = jobs.find(({ kind, datasetId }) => kind === 'export' && datasetId === dataset.id);
  const chosen = useMemo(() => {
    const known = form.runIds?.filter((id) => runs.some((one) => one.id === id));
    if (known) return known;
    const shown = runs.find(({ id }) => id === run.id) ?? runs[0];
    return shown === undefined ? [] : [shown.id];
  }, [form.runIds, runs, run.id]);
  const isClosed = useIsClosed(dataset.id);
  const { filters, reviewWords } = useExportFilters(run, isClosed);
  const wish = useMemo(
    () =>
      exportWish({
        form,
        runIds: chosen,
        className,
        filters,
        isClosed,
      }),
    [form, chosen, className, filters, isClosed],
  );
  const plan = useExportPlan(wish);
  const totalCount = classCount(dataset, className);
  return (
    <div className={styles.page}>
      <div className={styles.form}>
        <h1>{say('Export {name}', { name: dataset.name })}</h1>
        <WhatSection form={form} onChange={change} />
        <RunsSection
          runs={runs}
          chosen={chosen}
          names={names}
          points={points}
          form={form}
          isClosed={isClosed}
          onChange={change}
        />
        <ImagesSection
          form={form}
          isClosed={isClosed}
          className={className}
          totalCount={totalCount}
          filters={filters}
          reviewWords={reviewWords}
          onChange={change}
        />
      </div>
      <Where
        dataset={dataset}
        form={form}
        wish={wish}
        plan={plan}
        last={last}
        isClosed={isClosed}
        onChange={change}
      />
    </div>
  );
}

function classCount({ classes, imageCount }: Dataset, className: string | null): number {
  const own = classes.find(({ name }) => name === className);
  return own === undefined ? imageCount : own.good + own.anomalous + own.unlabelled;
}

interface WhereProps {
  readonly dataset: Dataset;
  readonly form: ExportForm;
  readonly wish: ReturnType<typeof exportWish>;
  readonly plan: ReturnType<typeof useExportPlan>;
  readonly last: Job | undefined;
  /** Blinded, with verdicts still missing. */
  readonly isClosed: boolean;
  readonly onChange: (change: Partial<ExportForm>) => void;
}

/** Where to, the button, and beside it what will be written and what was. */
function Where({ dataset, form, wish, plan, last, isClosed, onChange }: WhereProps) {
  const client = useClient();
  const queries = useQueryClient();
  const { data: info } = useQuery({ queryKey: ['app'], queryFn: () => client.call('app.info', {}) });
  const proposed = info === undefined ? '' : joinPath(info.homeFolder, `${folderName(dataset.name)}-results`);
  const folder = (form.folder ?? proposed).trim();
  const target = useExportTarget(folder, dataset.id);
  const found = target.data ?? null;
  const busy = isUnderWay(last);
  const start = useMutation({
    mutationFn: async () => {
      if (wish === null) return null;
      await saveNow(client);
      if (isClosed) await noteOpened(client, dataset.id);
      return await client.call('exports.create', { ...wish, folder, overwrite: form.overwrite });
    },
    onSuccess: (created) => {
      if (created === null) return;
      queries.setQueryData<readonly Job[]>([queryRoots.jobs], (jobs) => jobs && upsertJob(jobs, created.job));
      // What is there now is this export: the next one has to be asked anew.
      onChange({ overwrite: false });
    },
    onSettled: () => void target.refetch(),
  });
  const isTaken = found?.state === 'not-empty' && found.problem === null;
  const images = plan.data?.runs.some(({ imageCount }) => imageCount > 0) ?? false;
  const canStart =
    wish !== null &&
    folder !== '' &&
    images &&
    plan.error === null &&
    found !== null &&
    found.problem === null &&
    (!isTaken || form.overwrite) &&
    !busy;
  return (
    <aside className={styles.side} aria-label={say('What is written, and where')}>
      <PlanPanel
        plan={wish === null ? null : (plan.data ?? null)}
        error={wish === null ? null : plan.error}
        isPending={wish !== null && plan.isFetching}
        target={found}
        isClosed={isClosed}
      />
      <section className={styles.section} aria-labelledby="export-where">
        <h2 id="export-where">{say('Where to')}</h2>
        <TargetField
          value={form.folder ?? proposed}
          onChange={(path) => {
            onChange({ folder: path, overwrite: false });
          }}
        />
        {found?.problem && <p className={styles.problem}>{found.problem.message}</p>}
        {found?.problem === null && found.state === 'new' && (
          <p className={styles.quiet}>{say('This folder is made when the export begins.')}</p>
        )}
        {isTaken && (
          <CheckLine
            name={say('Replace files of the same names')}
            detail={say('This folder is not empty; other files in it are left alone.')}
            checked={form.overwrite}
            onChange={(overwrite) => {
              onChange({ overwrite });
            }}
          />
        )}
        {isClosed && (
          <p className={styles.problem}>
            {say(
              'You read this data set blinded, and the files hold scores and labels: exporting is noted for good, and later verdicts no longer count as blinded.',
            )}
          </p>
        )}
        {start.error && <ErrorNotice title={say('The export could not be started')} error={start.error} />}
        <div className={styles.finish}>
          <Button
            variant="contained"
            startIcon={<FileOutput size={14} aria-hidden />}
            loading={start.isPending}
            disabled={!canStart}
            onClick={() => {
              start.mutate();
            }}
          >
            {say('Export')}
          </Button>
          {busy && <span className={styles.quiet}>{say('An export of this data set is under way.')}</span>}
        </div>
      </section>
      {last && <LastExport job={last} />}
    </aside>
  );
}
