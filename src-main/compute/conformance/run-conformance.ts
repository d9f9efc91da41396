import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConformanceItem } from '../../../src-shared/domain/conformance.ts';
import { createTokenizer } from '../clip/tokenizer.ts';
import { createRowSearch } from '../runtime/row-search.ts';
import { createSessionStore } from '../runtime/session-store.ts';
import { checkClipGolden } from './clip-items.ts';
import { notAvailable } from './compare.ts';
import { readGoldenFolder, type GoldenFile } from './golden-folder.ts';
import { checkFaPromptGolden, isFaPromptGolden } from './faprompt-items.ts';
import { isClipGolden } from './golden-model.ts';
import { checkMetricsGolden, isMetricsGolden } from './metrics-items.ts';
import { checkWinClipGolden, isWinClipGolden } from './winclip-items.ts';

export interface RunConformanceOptions {
  readonly folder: string;
  readonly assetsFolder: string;
  readonly intraOpThreads?: number;
  /** Called with each item as it is done. */
  readonly onItem?: (item: ConformanceItem) => void;
  readonly signal?: AbortSignal;
}

/**
 * Checks this build against any folder of golden/'s form and returns one item a tensor or case. What kind a file is, is read
 * from its content, never from its name. Throws `not-found` for a folder without reference numbers, `corrupt-file` naming a file
 * that cannot be read, and the signal's reason when aborted.
 */
export async function runConformance(options: RunConformanceOptions): Promise<{ items: ConformanceItem[] }> {
  const { folder, assetsFolder, intraOpThreads, onItem, signal } = options;
  const files = await readGoldenFolder(folder);
  const tokenizer = createTokenizer({ assetsFolder });
  const sessions = createSessionStore(intraOpThreads === undefined ? {} : { intraOpThreads });
  const search = createRowSearch(sessions);
  const items: ConformanceItem[] = [];
  const workFolder = await mkdtemp(join(tmpdir(), 'anomaly-workbench-conformance-'));
  try {
    for (const [index, golden] of files.entries()) {
      const tools = {
        tokenizer,
        sessions,
        search,
        workFolder: await mkdtemp(join(workFolder, `${index}-`)),
      };
      const kinds = [
        ...(isClipGolden(golden) ? [checkClipGolden(golden, tools)] : []),
        ...(isFaPromptGolden(golden) ? [checkFaPromptGolden(golden, files, tools)] : []),
        ...(isWinClipGolden(golden) ? [checkWinClipGolden(golden, tools)] : []),
        ...(isMetricsGolden(golden) ? [checkMetricsGolden(golden, tools)] : []),
      ];
      for (const kind of kinds.length > 0 ? kinds : [listUnavailable(golden)])
        for await (const item of kind) {
          signal?.throwIfAborted();
          items.push(item);
          onItem?.(item);
        }
    }
  } finally {
    await search.release();
    await sessions.releaseAll();
    await rm(workFolder, { recursive: true, force: true });
  }
  return { items };
}

/** Every result in a file of a system that is not built yet. */
async function* listUnavailable({ stem, json, tensors }: GoldenFile): AsyncGenerator<ConformanceItem> {
  const given = /^(input|text)\./;
  const results = [...tensors.keys()].filter((key) => !given.test(key));
  const histories = Object.keys(json).filter((key) => key.endsWith('train.history'));
  for (const key of [...results, ...histories])
    yield await Promise.resolve(notAvailable(`${stem}/${key}`, `the system of ${stem}`));
}
