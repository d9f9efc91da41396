import { useMutation, useQuery } from '@tanstack/react-query';
import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import type { Job } from '../../src-shared/domain/job.ts';
import type { Run } from '../../src-shared/domain/run.ts';
import type { Client } from '../transport/client.ts';
import { useAddressStore } from './address.ts';
import { useClient } from './client-context.ts';
import { isOver } from './events.ts';

/** Where the sample images lie; undefined while it is not known, null where there are none. */
export function useSampleFolder(): string | null | undefined {
  const client = useClient();
  return useQuery({
    queryKey: ['samples'],
    queryFn: async () => (await client.call('samples.get', {})).folder,
  }).data;
}

/** Imports the sample images, starts a run on them, and leads there unless the user went elsewhere meanwhile. */
export function useTrySamples() {
  const client = useClient();
  return useMutation({
    mutationFn: (folder: string) => trySamples(client, folder),
    onSuccess: ({ id, datasetId }) => {
      const { address, go } = useAddressStore.getState();
      if (address.view !== 'data') return;
      go({ view: 'review', datasetId, runId: id, imageId: null, className: null });
    },
  });
}

/** Throws what importing or starting throws. */
export async function trySamples(client: Client, folder: string): Promise<Run> {
  const { dataset, job } = await client.call('datasets.import', { path: folder, name: 'Sample images' });
  const imported = await endOfJob(client, job);
  if (imported.state !== 'succeeded') {
    throw new WorkbenchError(
      imported.state === 'cancelled' ? 'cancelled' : 'internal',
      imported.error?.message ?? 'The import of the sample images was cancelled. Resume it under «Jobs».',
    );
  }
  const { models } = await client.call('models.list', {});
  const model = models.find(({ bundled }) => bundled === true) ?? null;
  const { methods } = await client.call('methods.list', { modelId: model?.id ?? null });
  // CLIP-AC sees the same with the starter model and takes half as long again before the first map; the prompts that come with
  // it order these images hardly better than CLIP's sentences (image AUROC 85 and 83 against 83 %), and take longer too.
  const method = (['clip', 'baseline'] as const)
    .map((wanted) => methods.find(({ id }) => id === wanted))
    .find((one) => one?.unavailable === null && (!one.needsModel || model !== null));
  if (method === undefined)
    throw new WorkbenchError('unavailable', 'No method can run on the sample images.');
  const { run } = await client.call('runs.create', {
    datasetId: dataset.id,
    methodId: method.id,
    modelId: method.needsModel ? (model?.id ?? null) : null,
    promptSetId: null,
    settings: {},
  });
  return run;
}

/** Told by events; the look after listening began catches what happened before. */
async function endOfJob(client: Client, job: Job): Promise<Job> {
  const ended = Promise.withResolvers<Job>();
  const stop = client.transport.onEvent((event) => {
    if (event.event === 'job.changed' && event.job.id === job.id && isOver(event.job))
      ended.resolve(event.job);
  });
  // A lost connection loses events: whatever happened is read once it is back.
  const stopConnection = client.transport.onConnection((connection) => {
    if (connection === 'connected') look();
  });
  const look = () => {
    client.call('jobs.get', { jobId: job.id }).then(
      (seen) => {
        if (isOver(seen)) ended.resolve(seen);
      },
      (thrown: unknown) => {
        if (!(thrown instanceof WorkbenchError) || thrown.code !== 'unavailable') ended.reject(thrown);
      },
    );
  };
  look();
  try {
    return await ended.promise;
  } finally {
    stop();
    stopConnection();
  }
}
