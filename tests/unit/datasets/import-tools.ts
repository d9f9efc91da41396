import { inspectDataset } from '../../../src-main/core/datasets/inspect-dataset.ts';
import type { DatasetLayout, ImportPreview, LayoutOptions } from '../../../src-shared/domain/dataset.ts';
import { openTestCore, temporaryFolder, writeTree, type TestCore } from '../core/support/harness.ts';

type Files = Parameters<typeof writeTree>[1];

export interface ImportWish {
  readonly layout?: DatasetLayout;
  readonly layoutOptions?: LayoutOptions;
}

/** A folder of these files. */
export async function folderOf(files: Files): Promise<string> {
  const root = await temporaryFolder();
  await writeTree(root, files);
  return root;
}

/** What an import of a folder would find. */
export function inspect(path: string, wish: ImportWish = {}, entries = 1000): Promise<ImportPreview> {
  return inspectDataset({
    path,
    ...wish,
    excluded: [],
    signal: new AbortController().signal,
    limits: { entries, depth: 20 },
  });
}

/** Imports a folder and gives what was stored. */
export async function importAll({ core, jobEnd }: TestCore, path: string, wish: ImportWish = {}) {
  const { dataset, job } = await core.call('datasets.import', { path, ...wish });
  const ended = await jobEnd(job.id);
  const page = { datasetId: dataset.id, offset: 0, limit: 1000 };
  const { problems } = await core.call('datasets.problems', page);
  const { rows } = await core.call('images.list', {
    ...page,
    runId: null,
    className: null,
    sort: 'path',
    descending: false,
  });
  return {
    job: ended,
    dataset: await core.call('datasets.get', { datasetId: dataset.id }),
    images: rows.map((row) => row.image),
    problems: problems.map(({ path: file, code }) => [file, code] as const).sort(),
    messages: problems.map((problem) => problem.message),
  };
}

/** Imports these files into a core of its own. */
export async function importFiles(files: Files, wish: ImportWish = {}) {
  const [test, root] = [await openTestCore(), await folderOf(files)];
  return { test, root, ...(await importAll(test, root, wish)) };
}

/** `path: label mask` of each image, the shortest way to compare. */
export function summary(
  images: readonly {
    readonly path: string;
    readonly label: string | null;
    readonly maskPath: string | null;
  }[],
): Record<string, string> {
  return Object.fromEntries(
    images.map((image) => [image.path, `${image.label ?? '-'} ${image.maskPath ?? '-'}`]),
  );
}
