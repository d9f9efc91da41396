import { rm } from 'node:fs/promises';
import type { Log } from '../core.ts';

/** Removes a download's folder; what cannot be removed is logged, and shows in the disk use. */
export async function discard(folder: string, { log }: { readonly log: Log }): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch((thrown: unknown) => {
    log('warn', `${folder} could not be deleted: ${String(thrown)}`);
  });
}
