import path from 'node:path';
import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { countOf } from '../../../src-shared/text/count-of.ts';
import { onOneLine } from '../../../src-shared/text/on-one-line.ts';
import type {
  ClassCounts,
  Dataset,
  LayoutOptions,
  Problem,
  ProblemCode,
} from '../../../src-shared/domain/dataset.ts';
import type { CliSession } from '../cli-session.ts';
import { formatTable } from '../text-table.ts';
import type { FolderOptions } from './folder-options.ts';

export interface ImportCommandOptions extends FolderOptions {
  readonly watch?: boolean;
}

/**
 * `import PATH`: makes a data set of a folder and lists what was found wrong with its files; with `watch` it goes on
 * reading what changes there until Ctrl+C.
 */
export async function importCommand(
  session: CliSession,
  folder: string,
  options: ImportCommandOptions,
): Promise<void> {
  const dataset = await importFolder(session, folder, options);
  const page = { datasetId: dataset.id, offset: 0, limit: 1000 };
  const { problems } = await session.call('datasets.problems', page);
  printDataset(session, dataset, problems);
  if (options.watch !== true) return;
  const end = await watchDataset(session, dataset);
  printDataset(session, end.dataset, end.problems);
}

/** Until the user stops; the data set as it is then. A set that a window watches is watched on by it afterwards. */
async function watchDataset(
  session: CliSession,
  dataset: Dataset,
): Promise<{ readonly dataset: Dataset; readonly problems: readonly Problem[] }> {
  const datasetId = dataset.id;
  await session.call('datasets.watch', { datasetId, watch: true });
  session.note(`Watching ${dataset.root}. Stop with Ctrl+C.`);
  let last = dataset;
  return await session.untilInterrupted(async (event, call) => {
    if (event === null) {
      if (dataset.watch === undefined) await call('datasets.watch', { datasetId, watch: false });
      const { problems } = await call('datasets.problems', { datasetId, offset: 0, limit: 1000 });
      return { dataset: await call('datasets.get', { datasetId }), problems };
    }
    if (event.event !== 'datasets.changed' || event.datasetId !== datasetId) return null;
    const now = await call('datasets.get', { datasetId });
    const said = now.watch?.message ?? '';
    if (said !== '' && said !== last.watch?.message) session.note(said);
    if (now.imageCount !== last.imageCount || now.problemCount !== last.problemCount) {
      session.note(`${countOf(now.imageCount, 'image')}, ${countOf(now.problemCount, 'problem')}`);
    }
    last = now;
    return null;
  });
}

/** `import --dry-run PATH`: what would be imported; nothing is stored. */
export async function inspectCommand(
  session: CliSession,
  folder: string,
  options: FolderOptions,
): Promise<void> {
  const preview = await session.call('datasets.inspect', {
    path: path.resolve(folder),
    ...(options.layout === undefined ? {} : { layout: options.layout }),
    ...layoutOptionsOf(options),
  });
  const { name, layout, imageCount, root, problems, problemCount } = preview;
  const more = problemCount > problems.length ? `  … and ${problemCount - problems.length} more\n` : '';
  session.print(
    { dryRun: true, preview },
    `«${name}» would be read as ${layout}: ${countOf(imageCount, 'image')} in ${root}\n${classTable(preview.classes)}` +
      (problemCount === 0
        ? ''
        : `${countOf(problemCount, 'problem')} seen from names and tables:\n${describeProblems(problems)}${more}`) +
      'Nothing was stored, and no image was opened.\n',
  );
}

/** What a folder's own layout is told; empty where nothing was said. */
export function layoutOptionsOf({ cut, whole, halves, table }: FolderOptions): {
  layoutOptions?: LayoutOptions;
} {
  const layoutOptions = {
    ...(cut === undefined ? {} : { elpvCut: cut }),
    ...(whole === true ? { sddHalves: false } : halves === true ? { sddHalves: true } : {}),
    ...(table === undefined ? {} : { table: table.replaceAll('\\', '/') }),
  };
  return Object.keys(layoutOptions).length === 0 ? {} : { layoutOptions };
}

function classTable(classes: readonly ClassCounts[]): string {
  return formatTable(
    ['class', 'good', 'anomalous', 'unlabelled', 'masks'],
    classes.map((one) => [one.name, one.good, one.anomalous, one.unlabelled, one.masks]),
  );
}

function printDataset(session: CliSession, dataset: Dataset, problems: readonly Problem[]): void {
  const more =
    dataset.problemCount > problems.length ? `  … and ${dataset.problemCount - problems.length} more\n` : '';
  session.print(
    { dataset, problems },
    `Data set ${dataset.id} «${dataset.name}»: ${countOf(dataset.imageCount, 'image')} in ${dataset.root}\n${classTable(dataset.classes)}` +
      (dataset.problemCount === 0
        ? ''
        : `${countOf(dataset.problemCount, 'problem')}:\n${describeProblems(problems)}${more}`),
  );
}

/** One line a file, indented. */
export function describeProblems(problems: readonly Pick<Problem, 'path' | 'message'>[]): string {
  return problems.map(({ path, message }) => `  ${onOneLine(path)}: ${onOneLine(message)}\n`).join('');
}

const unreadableCodes: ReadonlySet<ProblemCode> = new Set([
  'unreadable-image',
  'unsupported-format',
  'image-too-large',
  'unreadable-folder',
]);

/** What was found at the import and is missing from the data set because it could not be read; at most 1,000. */
export async function unreadableFiles(session: CliSession, datasetId: number): Promise<Problem[]> {
  const { problems } = await session.call('datasets.problems', { datasetId, offset: 0, limit: 1000 });
  return problems.filter(({ code }) => unreadableCodes.has(code));
}

/** Imports and waits until every file was looked at. */
export async function importFolder(
  session: CliSession,
  folder: string,
  options: FolderOptions,
): Promise<Dataset> {
  const { dataset, job } = await session.call('datasets.import', {
    path: path.resolve(folder),
    ...(options.layout === undefined ? {} : { layout: options.layout }),
    ...layoutOptionsOf(options),
    ...(options.name === undefined ? {} : { name: options.name }),
  });
  await session.finish(job);
  return await session.call('datasets.get', { datasetId: dataset.id });
}

/** `datasets list`. */
export async function listDatasets(session: CliSession): Promise<void> {
  const { datasets } = await session.call('datasets.list', {});
  session.print(
    { datasets },
    datasets.length === 0
      ? 'There are no data sets yet. Add one with: anomaly-workbench import FOLDER\n'
      : formatTable(
          ['id', 'name', 'layout', 'images', 'problems', 'folder'],
          datasets.map((one) => [one.id, one.name, one.layout, one.imageCount, one.problemCount, one.root]),
        ),
  );
}

/** `datasets remove ID`: forgets the data set and its runs; the images stay where they are. Throws `in-use`. */
export async function removeDataset(
  session: CliSession,
  datasetId: number,
  cancelJobs: boolean,
): Promise<void> {
  try {
    await session.call('datasets.remove', { datasetId, cancelJobs });
  } catch (thrown) {
    const { code, message } = toErrorShape(thrown);
    if (code !== 'in-use' || cancelJobs) throw thrown;
    throw new WorkbenchError(code, `${message} Or do both with: --cancel-jobs`, { cause: thrown });
  }
  session.print({ removed: datasetId }, `Data set ${datasetId} is removed; its images were not touched.\n`);
}
