import { rm } from 'node:fs/promises';
import type { Repositories } from '../db/repositories.ts';
import { pruneFolder } from './thumbnail-limit.ts';

const settingKey = 'features.limitBytes';
const usualLimitBytes = 8_000_000_000;

/** The folder of features that the compute process fills, and how much it may take. */
export interface FeatureCacheLimit {
  /** What the compute process is told. */
  place(): { readonly folder: string; readonly limitBytes: number };
  limitBytes(): number;
  /** What is beyond the new limit goes at once, that which was not used for longest first. */
  setLimit(limitBytes: number): Promise<void>;
  /** Deletes all; they are made again when they are needed. */
  clear(): Promise<void>;
}

export function createFeatureCacheLimit(
  folder: string,
  { settings }: Pick<Repositories, 'settings'>,
): FeatureCacheLimit {
  const limitBytes = () => {
    const stored = settings.all()[settingKey];
    return typeof stored === 'number' && stored > 0 ? stored : usualLimitBytes;
  };
  return {
    place: () => ({ folder, limitBytes: limitBytes() }),
    limitBytes,
    async setLimit(bytes) {
      // Room first: on a full disk the setting can be stored only then.
      await pruneFolder(folder, bytes);
      settings.set(settingKey, bytes);
    },
    clear: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}
