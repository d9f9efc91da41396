import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { DomainHandlers, Services } from './handler.ts';

export function samplesHandlers({ options, repositories }: Services): DomainHandlers<'samples'> {
  return {
    'samples.get': async () => {
      const folder = await realpath(join(options.assetsFolder, 'samples')).catch(() => null);
      const dataset = folder === null ? null : repositories.datasets.findByRoot(folder);
      return { folder, datasetId: dataset?.id ?? null };
    },
  };
}
