import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { MethodParams } from '../../src-shared/contract/methods.ts';
import type { Job } from '../../src-shared/domain/job.ts';
import { useClient } from './client-context.ts';
import { saveNow } from './saved-state.ts';

const root = 'exports';

/** What an export would write; read again when the page is opened, because verdicts and thresholds move. */
export function useExportPlan(wish: MethodParams<'exports.plan'> | null) {
  const client = useClient();
  return useQuery({
    queryKey: [root, 'plan', wish],
    queryFn: async () => {
      // The core reads the window's thresholds from where they are saved.
      await saveNow(client);
      return wish === null ? null : await client.call('exports.plan', wish);
    },
    enabled: wish !== null,
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
}

/** What is known of a folder that an export could go to. */
export function useExportTarget(folder: string, datasetId: number) {
  const client = useClient();
  return useQuery({
    queryKey: [root, 'folder', datasetId, folder],
    queryFn: () => client.call('exports.inspectFolder', { folder, datasetId }),
    enabled: folder !== '',
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
}

/** What an export job wrote; read again when the job has come to another state. */
export function useWritten(job: Job | undefined) {
  const client = useClient();
  return useQuery({
    queryKey: [root, 'written', job?.id, job?.state],
    queryFn: () => client.call('exports.written', { jobId: job?.id ?? 0 }),
    enabled: job !== undefined,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
}

/** Saved thresholds of a data set. */
export function useSavedPoints(datasetId: number) {
  const client = useClient();
  return useQuery({
    queryKey: [root, 'points', datasetId],
    queryFn: async () => (await client.call('operatingPoints.list', { datasetId })).operatingPoints,
    staleTime: 0,
  });
}
