import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { WorkbenchError, toErrorShape } from '../../../src-shared/contract/errors.ts';
import {
  datasetLayoutSchema,
  idSchema,
  layoutOptionsSchema,
  type Problem,
} from '../../../src-shared/domain/dataset.ts';
import type { DatasetCore } from '../db/datasets-repository.ts';
import type { ImageRecord, KnownImage } from '../db/images-repository.ts';
import type { Repositories } from '../db/repositories.ts';
import { fromSystemError } from '../error-report.ts';
import type { EventBus } from '../event-bus.ts';
import { computeImageAuroc } from '../evaluation/image-auroc.ts';
import { defineJobKind, type JobContext } from '../jobs/job-kind.ts';
import { findDuplicates } from './find-duplicates.ts';
import type { LayoutEntry } from './layout.ts';
import { layoutImporter } from './layouts.ts';
import { mapLimited } from './map-limited.ts';
import type { ImageProbe, MaskProbe } from './entry-files.ts';
import { probeEntry } from './probe-entry.ts';
import { createTreeReader, importLimits, resolveFolder } from './read-folder.ts';

const importPayloadSchema = z.object({
  datasetId: idSchema,
  layout: datasetLayoutSchema,
  layoutOptions: layoutOptionsSchema.optional(),
});

export interface ImportJobOptions {
  readonly repositories: Repositories;
  readonly events: EventBus;
  /** Absolute folders that are never imported. */
  readonly excluded: readonly string[];
  readonly probe: ImageProbe;
  readonly probeMask: MaskProbe;
  /** What watching a folder knows of an import of it. */
  readonly watching?: ImportObserver | undefined;
}

/** Who watches folders is asked what to leave for later, and told what was read. */
export interface ImportObserver {
  /** Files (relative to the root) that are still being written. */
  unsettled(datasetId: number): ReadonlySet<string>;
  /** The folders (relative to the root) that an import looked into. */
  foldersRead(datasetId: number, folders: readonly string[]): void;
}

const batchSize = 200;
const probesAtOnce = 4;
const changeEventEveryMs = 1000;
const removedAtOnce = 500;
const problemsAtOnce = 1000;

/**
 * Reads a data set's folder into the database. Files that did not change since they were last read keep their row, their
 * id and all results without being opened again, which is also what makes a resumed import go on where it was.
 */
export function createImportJobKind(options: ImportJobOptions) {
  return defineJobKind({
    kind: 'dataset-import',
    lane: 'files',
    payloadSchema: importPayloadSchema,
    async run({ datasetId, layout, layoutOptions }, context) {
      const dataset = options.repositories.datasets.getCore(datasetId);
      if (dataset === null) {
        throw new WorkbenchError('not-found', 'The data set was removed; there is nothing to import.');
      }
      const asked = { layout, layoutOptions: layoutOptions ?? dataset.layoutOptions };
      await importDataset({ ...options, dataset: { ...dataset, ...asked }, context });
    },
    onSettled({ datasetId }) {
      options.events.emit({ event: 'datasets.changed', datasetId });
      options.events.emit({ event: 'runs.changed', runId: null });
    },
  });
}

interface ImportRun extends ImportJobOptions {
  readonly dataset: DatasetCore;
  readonly context: JobContext;
}

async function importDataset(run: ImportRun): Promise<void> {
  const { repositories, events, dataset, context } = run;
  const { signal } = context;
  const root = await resolveFolder(dataset.root);
  const tree = createTreeReader(root, { signal, limits: importLimits, excluded: run.excluded });
  context.report({ done: 0, total: null, message: 'Listing files' });

  const entries: LayoutEntry[] = [];
  const reading = { datasetName: dataset.name, layoutOptions: dataset.layoutOptions };
  for await (const entry of layoutImporter(dataset.layout).entries(tree, reading)) {
    entries.push(entry);
    if (entries.length % 1000 === 0) {
      await setImmediate();
      context.report({ done: 0, total: null, message: `Listing files: ${entries.length} images so far` });
    }
  }
  const severalPages = repositories.datasets.problemsOf(dataset.id, 'several-pages');
  run.watching?.foldersRead(dataset.id, [...tree.foldersRead]);
  await replaceProblems(run, tree.problems);

  let lastEventMs = 0;
  /** Anything that makes counts, scale or AUROC of the data set's runs other than they were. */
  let changed = false;
  const look = { added: 0, changed: 0 };
  const pathsByLength = new Map<number, string[]>();
  const unsettled = run.watching?.unsettled(dataset.id);
  for (let start = 0; start < entries.length; start += batchSize) {
    signal.throwIfAborted();
    const batch = entries.slice(start, start + batchSize);
    const known = repositories.images.known(
      dataset.id,
      batch.map((entry) => entry.path),
    );
    const problems: Problem[] = [];
    const records = await mapLimited(batch, probesAtOnce, (entry) =>
      probeEntry({
        root,
        entry,
        known: known.get(entry.path),
        probe: run.probe,
        probeMask: run.probeMask,
        problems,
        unsettled,
        severalPages,
      }),
    );
    await requireRootStill(root);
    context.store(() => {
      for (const record of records) {
        if (record === null) continue;
        if (record.crop === undefined || record.crop.y === 0) {
          const alike = pathsByLength.get(record.sizeBytes);
          if (alike === undefined) pathsByLength.set(record.sizeBytes, [record.path]);
          else alike.push(record.path);
        }
        const before = known.get(record.path);
        if (before === undefined) {
          changed = true;
          look.added += 1;
        } else if (isOtherFile(before, record)) {
          changed = true;
          look.changed += 1;
          repositories.results.forgetImage(before.id);
        } else if (before.className !== record.className) {
          // A new name alone never costs hours of computing: the results go with it.
          changed = true;
          repositories.results.setClass(before.id, record.className);
        } else if (before.label !== record.label) {
          changed = true;
        }
        repositories.images.upsert(dataset.id, record, context.pass);
      }
      repositories.datasets.addProblems(dataset.id, problems);
    });
    const done = Math.min(start + batchSize, entries.length);
    context.report({ done, total: entries.length, message: batch.at(-1)?.path ?? '' });
    if (performance.now() - lastEventMs > changeEventEveryMs) {
      lastEventMs = performance.now();
      events.emit({ event: 'datasets.changed', datasetId: dataset.id });
    }
  }

  context.report({ done: entries.length, total: entries.length, message: 'Looking for duplicates' });
  const duplicates = await findDuplicates({
    repositories,
    datasetId: dataset.id,
    root,
    context,
    pathsByLength,
  });
  await addProblems(run, duplicates);

  // What could not be looked at may still be there: only what a complete look did not find is gone.
  const unreadFolders = tree.problems
    .filter((problem) => problem.code === 'unreadable-folder')
    .map((problem) => problem.path);
  const removed = tree.truncated ? 0 : await removeUnseen(run, unreadFolders);
  if (removed > 0 || changed) await refreshRuns(run);
  context.store(() => {
    repositories.datasets.setState(dataset.id, 'ready');
    repositories.datasets.setLook(dataset.id, { atMs: Date.now(), ...look, removed });
  });
  const problemCount = repositories.datasets.countProblems(dataset.id);
  context.report({
    done: entries.length,
    total: entries.length,
    message: problemCount === 0 ? 'Finished' : `Finished; ${problemCount} notes and problems are listed`,
  });
}

async function replaceProblems(run: ImportRun, problems: readonly Problem[]): Promise<void> {
  const { repositories, dataset, context } = run;
  while (context.store(() => repositories.datasets.clearProblems(dataset.id, problemsAtOnce))) {
    await setImmediate();
  }
  await addProblems(run, problems);
}

/** In steps: 50,000 masks may be missing, and a window waits. */
async function addProblems(
  { repositories, dataset, context }: ImportRun,
  problems: readonly Problem[],
): Promise<void> {
  for (let start = 0; start < problems.length; start += problemsAtOnce) {
    context.store(() => {
      repositories.datasets.addProblems(dataset.id, problems.slice(start, start + problemsAtOnce));
    });
    await setImmediate();
  }
}

/** Whether results of what was there before would be wrong for what is there now. */
function isOtherFile(before: KnownImage, now: ImageRecord): boolean {
  return before.sizeBytes !== now.sizeBytes || before.modifiedAtMs !== now.modifiedAtMs;
}

async function removeUnseen(
  { repositories, dataset, context }: ImportRun,
  keepUnder: readonly string[],
): Promise<number> {
  let removed = 0;
  for (;;) {
    const step = context.store(() =>
      repositories.images.removeUnseen(dataset.id, context.pass, keepUnder, removedAtOnce),
    );
    removed += step;
    if (step < removedAtOnce) return removed;
    await setImmediate();
  }
}

/** What runs say in sum, from what is left of their results. */
async function refreshRuns({ repositories, dataset, context }: ImportRun): Promise<void> {
  const { results, runs } = repositories;
  context.store(() => {
    results.recount(dataset.id);
  });
  for (const { id } of runs.list(dataset.id)) {
    await setImmediate();
    context.store(() => {
      runs.setImageAuroc(id, computeImageAuroc(repositories, id, dataset.id));
    });
  }
}

/** A drive that goes away in the middle must not turn every image into a broken one. */
async function requireRootStill(root: string): Promise<void> {
  try {
    await stat(join(root, '.'));
  } catch (thrown) {
    const { code, message } = toErrorShape(fromSystemError(thrown, root));
    throw new WorkbenchError(code, `${message} Connect its drive, then resume the import.`, {
      cause: thrown,
    });
  }
}
