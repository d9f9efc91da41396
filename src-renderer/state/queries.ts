import { keepPreviousData, useQuery, type QueryClient, type UseQueryResult } from '@tanstack/react-query';
import type { Dataset } from '../../src-shared/domain/dataset.ts';
import type { Job } from '../../src-shared/domain/job.ts';
import type { ImageRow, Run, RunScores } from '../../src-shared/domain/run.ts';
import type { Client } from '../transport/client.ts';
import { useClient } from './client-context.ts';

/** First parts of query keys: what events invalidate. */
export const queryRoots = {
  datasets: 'datasets',
  problems: 'problems',
  images: 'images',
  runs: 'runs',
  scores: 'scores',
  models: 'models',
  prompts: 'prompts',
  methods: 'methods',
  jobs: 'jobs',
  trainings: 'trainings',
} as const;

/** Every data set, the most recently opened first. */
export function useDatasets(): UseQueryResult<readonly Dataset[]> {
  const client = useClient();
  return useQuery({
    queryKey: [queryRoots.datasets],
    queryFn: async () => newestFirst((await client.call('datasets.list', {})).datasets),
  });
}

/** The most recently opened first, those never opened by the time they were added. */
export function newestFirst(datasets: readonly Dataset[]): readonly Dataset[] {
  const time = (dataset: Dataset) => Math.max(dataset.lastOpenedAtMs ?? 0, dataset.createdAtMs);
  return [...datasets].sort((a, b) => time(b) - time(a) || b.id - a.id);
}

/** Whether the folders of all data sets are there, with the reason where one is not; looked at again every half minute. */
export function useFolderStates() {
  const client = useClient();
  return useQuery({
    queryKey: [queryRoots.datasets, 'folders'],
    queryFn: async () => (await client.call('datasets.folders', {})).folders,
    refetchInterval: 30_000,
  });
}

/** One data set out of the list; undefined while loading or where there is none of that id. */
export function useDataset(datasetId: number | null): Dataset | undefined {
  return useDatasets().data?.find(({ id }) => id === datasetId);
}

export function useProblems(datasetId: number, limit: number) {
  const client = useClient();
  return useQuery({
    queryKey: [queryRoots.problems, datasetId, limit],
    queryFn: () => client.call('datasets.problems', { datasetId, offset: 0, limit }),
  });
}

/** Every run, newest first. */
export function useRuns(): UseQueryResult<readonly Run[]> {
  const client = useClient();
  return useQuery({
    queryKey: [queryRoots.runs],
    queryFn: async () => {
      const { runs } = await client.call('runs.list', { datasetId: null });
      return [...runs].sort((a, b) => b.createdAtMs - a.createdAtMs || b.id - a.id);
    },
  });
}

export function useRun(runId: number | null): Run | undefined {
  return useRuns().data?.find(({ id }) => id === runId);
}

/** All scores of a run, the worst first. */
export function runScoresQuery(client: Client, runId: number) {
  return {
    queryKey: [queryRoots.scores, runId],
    queryFn: (): Promise<RunScores> => client.call('runs.scores', { runId }),
  } as const;
}

export function useRunScores(runId: number | null): UseQueryResult<RunScores> {
  const client = useClient();
  return useQuery({ ...runScoresQuery(client, runId ?? 0), enabled: runId !== null });
}

export function useRunFailures(runId: number, enabled: boolean) {
  const client = useClient();
  return useQuery({
    queryKey: [queryRoots.scores, runId, 'failures'],
    queryFn: () => client.call('runs.failures', { runId, offset: 0, limit: 1000 }),
    enabled,
  });
}

export function useModels() {
  const client = useClient();
  return useQuery({
    queryKey: [queryRoots.models],
    queryFn: async () => (await client.call('models.list', {})).models,
  });
}

/** Public checkpoints; read again whenever models are. */
export function useCatalogue() {
  const client = useClient();
  return useQuery({
    queryKey: [queryRoots.models, 'catalogue'],
    queryFn: async () => (await client.call('models.catalogue', {})).items,
  });
}

/** What models, prompts and downloads take on the disk. */
export function useModelsDiskUse() {
  const client = useClient();
  return useQuery({
    queryKey: [queryRoots.models, 'disk'],
    queryFn: () => client.call('models.diskUse', {}),
  });
}

export function usePromptSets() {
  const client = useClient();
  return useQuery({
    queryKey: [queryRoots.prompts],
    queryFn: async () => (await client.call('prompts.list', {})).promptSets,
  });
}

export function useMethods(modelId: string | null) {
  const client = useClient();
  return useQuery({
    queryKey: [queryRoots.methods, modelId],
    queryFn: async () => (await client.call('methods.list', { modelId })).methods,
    placeholderData: keepPreviousData,
  });
}

/** Every job, newest first; kept up to date by events. */
export function useJobs(): UseQueryResult<readonly Job[]> {
  const client = useClient();
  return useQuery({
    queryKey: [queryRoots.jobs],
    queryFn: async () => {
      const { jobs } = await client.call('jobs.list', {});
      return [...jobs].sort((a, b) => b.id - a.id);
    },
  });
}

export function useJob(jobId: number | null): Job | undefined {
  return useJobs().data?.find(({ id }) => id === jobId);
}

function imageQuery(client: Client, imageId: number, runId: number | null) {
  return {
    queryKey: [queryRoots.images, 'one', imageId, runId],
    queryFn: () => client.call('images.get', { imageId, runId }),
  };
}

export function useImage(imageId: number | null, runId: number | null): UseQueryResult<ImageRow> {
  const client = useClient();
  return useQuery({ ...imageQuery(client, imageId ?? 0, runId), enabled: imageId !== null });
}

/** Reads an image's row ahead of time, so that going to it shows everything at once. */
export function prefetchImage(
  client: Client,
  queries: QueryClient,
  imageId: number,
  runId: number | null,
): void {
  void queries.prefetchQuery({ ...imageQuery(client, imageId, runId), staleTime: 30_000 });
}
