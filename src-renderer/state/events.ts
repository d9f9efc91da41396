import type { QueryClient } from '@tanstack/react-query';
import type { WorkbenchEvent } from '../../src-shared/contract/events.ts';
import type { Job } from '../../src-shared/domain/job.ts';
import type { Client } from '../transport/client.ts';
import { followsCancel, useConnectionStore } from './connection.ts';
import { queryRoots } from './queries.ts';
import { mergeLosses, trainingKey, type TrainingDetails } from './training-queries.ts';

const shortestIntervalMs = 700;

/** Puts a job in its place in a list that is newest first. */
export function upsertJob(jobs: readonly Job[], job: Job): readonly Job[] {
  const known = jobs.some(({ id }) => id === job.id);
  return known ? jobs.map((each) => (each.id === job.id ? job : each)) : [job, ...jobs];
}

/** What has to be read again after an event. */
export function rootsToRefresh(event: WorkbenchEvent): readonly string[] {
  switch (event.event) {
    case 'job.changed':
      if (event.job.kind === 'scan') return [queryRoots.runs, queryRoots.scores, queryRoots.images];
      if (event.job.kind === 'dataset-import')
        return [queryRoots.datasets, queryRoots.images, queryRoots.problems];
      return isOver(event.job) ? [queryRoots.models, queryRoots.methods] : [];
    case 'datasets.changed':
      return [queryRoots.datasets, queryRoots.images, queryRoots.problems, queryRoots.runs];
    case 'runs.changed':
      return [queryRoots.runs, queryRoots.scores, queryRoots.images];
    case 'models.changed':
      return [queryRoots.models, queryRoots.prompts, queryRoots.methods];
    case 'compute.changed':
    case 'run.evaluating':
    case 'run.profiling':
    case 'bench.preparing':
    case 'dataset.inspecting':
    // Put in their places by those who show them.
    case 'verdicts.changed':
    case 'operatingPoints.changed':
    case 'trainings.stepped':
      return [];
    case 'trainings.changed':
      return [queryRoots.trainings];
  }
}

export function isOver(job: Job): boolean {
  return job.state === 'cancelled' || job.state === 'failed' || job.state === 'succeeded';
}

/** Keeps the server's data in `queries` true: by events, and by reading everything again after a lost connection. */
export function followEvents(client: Client, queries: QueryClient): () => void {
  const stale = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  let lastFlushMs = 0;

  const flush = () => {
    timer = null;
    lastFlushMs = performance.now();
    for (const root of stale) void queries.invalidateQueries({ queryKey: [root] });
    stale.clear();
  };
  const refresh = (roots: readonly string[]) => {
    for (const root of roots) stale.add(root);
    if (timer !== null || stale.size === 0) return;
    timer = setTimeout(flush, Math.max(0, lastFlushMs + shortestIntervalMs - performance.now()));
  };

  const stopEvents = client.transport.onEvent((event) => {
    if (event.event === 'job.changed') {
      const { job } = event;
      queries.setQueryData<readonly Job[]>([queryRoots.jobs], (jobs) => jobs && upsertJob(jobs, job));
    }
    if (event.event === 'trainings.stepped') {
      const { trainingId, losses } = event;
      queries.setQueryData<TrainingDetails>(
        trainingKey(trainingId),
        (known) => known && { ...known, losses: [...mergeLosses(known.losses, losses)] },
      );
    }
    if (event.event === 'compute.changed') {
      const { state, message } = event;
      useConnectionStore.setState({ compute: { state, message, isExpected: followsCancel() } });
    }
    refresh(rootsToRefresh(event));
  });
  const stopConnection = client.transport.onConnection((connection) => {
    const before = useConnectionStore.getState().connection;
    useConnectionStore.setState({ connection });
    if (connection === 'connected' && before === 'lost') void queries.invalidateQueries();
  });
  useConnectionStore.setState({ connection: client.transport.connection() });
  return () => {
    stopEvents();
    stopConnection();
    if (timer !== null) clearTimeout(timer);
  };
}
