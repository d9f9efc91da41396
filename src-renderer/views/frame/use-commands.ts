import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { isPausable, type Job } from '../../../src-shared/domain/job.ts';
import { useAddress, useAddressStore, type View } from '../../state/address.ts';
import { themeChoiceSchema, useAppearanceStore, type ThemeChoice } from '../../state/appearance.ts';
import { useClient } from '../../state/client-context.ts';
import type { Command } from '../../state/commands.ts';
import { noteCancel } from '../../state/connection.ts';
import { upsertJob } from '../../state/events.ts';
import { isActionId, type KeyMap } from '../../state/key-map.ts';
import { useKeyStore } from '../../state/keys.ts';
import { usePanelStore } from '../../state/panels.ts';
import { queryRoots, useDataset, useJobs, useRuns } from '../../state/queries.ts';
import { beginBlind, useReading, warnNotStored } from '../../state/readings.ts';
import { useRecentStore } from '../../state/recent-cleared.ts';
import { say } from '../../texts/say.ts';
import { allPlaces } from './rail.tsx';

const themeTitles: Readonly<Record<ThemeChoice, string>> = {
  dark: say('Dark theme'),
  light: say('Light theme'),
  system: say('Theme of the system'),
};

type Unbound = Omit<Command, 'chord' | 'actionId'>;

/** Everything that can be done from anywhere, with its key. */
export function useCommands(): readonly Command[] {
  const { datasetId, runId, imageId } = useAddress('datasetId', 'runId', 'imageId');
  const dataset = useDataset(datasetId);
  const keyMap = useKeyStore((state) => state.keyMap);
  const choice = useAppearanceStore((state) => state.choice);
  const jobs = useJobCommands();
  const client = useClient();
  const { desktop } = client.transport;
  const { data: runs } = useRuns();
  const own = runs?.filter((run) => run.datasetId === datasetId && run.scoredCount > 0) ?? [];
  const exportRunId = (own.find(({ id }) => id === runId) ?? own[0])?.id ?? null;
  const { isBlind } = useReading(datasetId);
  const canRun = dataset !== undefined && dataset.imageCount > 0;
  return useMemo(() => {
    const { go } = useAddressStore.getState();
    const panels = usePanelStore.getState();
    const always = (id: string, title: string, run: () => void): Unbound => ({
      id,
      title,
      isEnabled: true,
      run,
    });
    const all: Unbound[] = [
      ...allPlaces.map(({ view, name }) => always(`view.${view}`, name, goTo(view))),
      always('folder.add', say('Add a folder'), () => {
        go({ view: 'add', path: null, layout: null });
      }),
      {
        ...always('run.start', say('Start a run'), goTo('start')),
        isEnabled: canRun,
        detail: dataset?.name ?? '',
      },
      {
        ...always('prompts.try', say('Try prompts on this image'), goTo('prompts')),
        isEnabled: canRun && imageId !== null,
        detail: dataset?.name ?? '',
      },
      {
        ...always('export.open', say('Export and report'), () => {
          go({ view: 'export', ...(exportRunId === null ? {} : { runId: exportRunId }) });
        }),
        isEnabled: exportRunId !== null,
        detail: dataset?.name ?? '',
      },
      {
        ...always('reading.blind', say('Read it blinded'), () => {
          if (datasetId === null) return;
          beginBlind(client, datasetId).catch(warnNotStored);
          go(
            exportRunId === null ? { view: 'start' } : { view: 'review', runId: exportRunId, imageId: null },
          );
        }),
        isEnabled: canRun && !isBlind,
        detail: dataset?.name ?? '',
      },
      ...jobs,
      always('jobs.open', say('Show jobs'), () => {
        panels.setJobsOpen(true);
      }),
      ...themeChoiceSchema.options.map((theme) => ({
        ...always(`theme.${theme}`, themeTitles[theme], () => {
          useAppearanceStore.getState().choose(theme);
        }),
        isChecked: theme === choice,
      })),
      always('search.open', say('Find anything'), () => {
        panels.setSearchOpen(true);
      }),
      always('keys.open', say('Show all keys'), () => {
        panels.setKeysOpen(true);
      }),
      always('recent.clear', say('Clear the list of recent data sets'), () => {
        useRecentStore.getState().clear();
      }),
      ...(desktop === null
        ? []
        : [always('logs.open', say('Show log files'), () => void desktop.openLogFolder())]),
      always('report.open', say('Report a problem'), () => {
        panels.setReportOpen(true);
      }),
      always('about.open', say('About Anomaly Workbench'), () => {
        panels.setAboutOpen(true);
      }),
    ];
    return all.map((command) => bound(command, keyMap));
  }, [
    canRun,
    exportRunId,
    datasetId,
    imageId,
    isBlind,
    client,
    dataset?.name,
    jobs,
    keyMap,
    choice,
    desktop,
  ]);
}

function goTo(view: View): () => void {
  return () => {
    useAddressStore.getState().go({ view });
  };
}

function bound(command: Unbound, keyMap: KeyMap): Command {
  if (!isActionId(command.id)) return command;
  return { ...command, actionId: command.id, chord: keyMap[command.id][0] ?? null };
}

/** Pause, go on and cancel for the job that is under way: the one that runs, else the newest that waits or rests. */
function useJobCommands(): readonly Unbound[] {
  const client = useClient();
  const queries = useQueryClient();
  const { data: jobs } = useJobs();
  return useMemo(() => {
    const running = jobs?.find(({ state }) => state === 'running');
    const active = running ?? jobs?.find(({ state }) => state === 'queued');
    const paused = jobs?.find(({ state }) => state === 'paused');
    const act = (action: 'pause' | 'resume' | 'cancel', job: Job | undefined) => async () => {
      if (job === undefined) return;
      if (action !== 'resume') noteCancel();
      const changed = await client.call(`jobs.${action}`, { jobId: job.id });
      queries.setQueryData<readonly Job[]>([queryRoots.jobs], (list) => list && upsertJob(list, changed));
    };
    const command = (id: string, title: string, job: Job | undefined, run: () => Promise<void>): Unbound => ({
      id,
      title,
      isEnabled: job !== undefined,
      detail: job?.title ?? '',
      run: () => {
        // What is refused is told in the panel, where the job stands as it is.
        run().catch(() => {
          usePanelStore.getState().setJobsOpen(true);
        });
      },
    });
    const pausable = active !== undefined && isPausable(active.kind) ? active : undefined;
    return [
      command('jobs.pause', say('Pause the job'), pausable, act('pause', pausable)),
      command('jobs.resume', say('Go on with the paused job'), paused, act('resume', paused)),
      command('jobs.cancel', say('Cancel the job'), active, act('cancel', active)),
    ];
  }, [jobs, client, queries]);
}
