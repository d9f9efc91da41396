import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { RunEvaluation } from '../../../src-shared/domain/evaluation.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import {
  figuresThatFit,
  findPublishedFigures,
  type PublishedResults,
} from '../../../src-shared/domain/published-results.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { authorName } from '../author-name.ts';
import type { Repositories } from '../db/repositories.ts';
import { fromSystemError, systemErrorCode } from '../error-report.ts';
import { makeFolder } from '../make-folder.ts';
import { collectContradictions } from './collect-contradictions.ts';
import { collectUnread } from './collect-unread.ts';
import { findDisagreements } from './find-disagreements.ts';
import { knowRun, openPictureMaker, type KnownRun, type RunOfReport } from './report-pictures.ts';
import { factsOf, titleOf } from './run-facts.ts';
import { renderRunReport } from './run-report-html.ts';
import type { PublishedRow, ReportClass, RunReport } from './run-report.ts';
import { collectDecisions } from './verdict-report.ts';

const mostDisagreements = 8;
const mostContradictionPictures = 8;
const letters = 'ABCDEFGH';

/** What is asked of a report. */
export interface RunReportWish {
  /** Runs of one data set, in the order of columns; at most eight. */
  readonly runs: readonly RunOfReport[];
  /** Null: all classes. */
  readonly className: string | null;
  readonly notRun: RunReport['notRun'];
  /** Absolute; written as a whole or not at all. */
  readonly file: string;
  readonly imagesPerClass: number;
  readonly signal: AbortSignal;
  /** Called with the path of each picture of a class that is done. */
  readonly onPicture?: (path: string) => void;
}

export interface RunReportOptions extends RunReportWish {
  readonly repositories: Repositories;
  readonly version: string;
  evaluate(run: Run): Promise<RunEvaluation>;
  /** The papers' tables. */
  readonly publishedResults: PublishedResults;
}

/**
 * Writes a self-contained HTML report of runs over one data set: figures side by side, what the runs disagree on most,
 * per class the images with the highest scores under each run's map, and what each run was made with. Resolves with the
 * file's size. Gives way to other work after every picture.
 * Throws `bad-request` for runs of several data sets and for a file that is not called `.html`, and what writing throws.
 */
export async function writeRunReport(options: RunReportOptions): Promise<{ sizeBytes: number }> {
  const { runs: wanted, file, repositories, signal } = options;
  if (extname(file).toLowerCase() !== '.html') {
    throw new WorkbenchError('bad-request', `The report is an HTML file; ${file} does not end in .html.`);
  }
  const runs = wanted.map(({ run }) => run);
  const [first] = runs;
  const dataset = first === undefined ? null : repositories.datasets.getCore(first.datasetId);
  if (dataset === null || runs.some((run) => run.datasetId !== dataset.id)) {
    throw new WorkbenchError('bad-request', 'A report needs runs of one data set that is still there.');
  }
  const evaluations: RunEvaluation[] = [];
  for (const run of runs) {
    evaluations.push(await options.evaluate(run));
    signal.throwIfAborted();
  }
  const classNames = repositories.images
    .classNames(dataset.id)
    .filter((name) => options.className === null || name === options.className);
  const known = wanted.map((one) => knowRun(repositories, one, { classNames, scope: options.className }));
  const leadingRun = pickLeadingRun(evaluations);
  const leading = known[leadingRun] as KnownRun;
  const makePictures = openPictureMaker({ repositories, root: dataset.root, runs: known, signal });
  const classes: ReportClass[] = [];
  for (const name of classNames) {
    const page = { descending: true, offset: 0, limit: options.imagesPerClass };
    const ids = repositories.results.idsByScore(leading.run.id, name, page);
    const imageCount = repositories.images.count(dataset.id, name);
    classes.push({ name, imageCount, pictures: await makePictures(ids, options.onPicture) });
  }
  const disputed = findDisagreements(
    known.map(({ ranks }) => ranks),
    mostDisagreements,
  );
  const lettered = known.map((one, i) => ({ ...one, letter: letters[i] ?? String(i + 1) }));
  const contradictions = collectContradictions(repositories, dataset.id, leading);
  const contradicted = contradictions.rows.slice(0, mostContradictionPictures);
  const text = renderRunReport({
    datasetName: dataset.name,
    datasetRoot: dataset.root,
    imageCount: repositories.images.count(dataset.id, options.className),
    version: options.version,
    madeAt: new Date(),
    madeBy: authorName(repositories),
    runs: lettered.map(({ run, letter }, i) => ({
      letter,
      title: titleOf(run, repositories),
      evaluation: evaluations[i] as RunEvaluation,
      facts: factsOf(run, repositories),
    })),
    leadingRun,
    published: publishedRows(options, dataset.name, classNames),
    notRun: options.notRun,
    disagreements: await makePictures(disputed),
    contradictions,
    contradictionPictures: await makePictures(contradicted.map(({ imageId }) => imageId)),
    classes,
    decisions: collectDecisions(repositories, dataset.id, classNames, lettered),
    unread: collectUnread(repositories, dataset.id, runs),
  });
  await writeWhole(file, text);
  return { sizeBytes: Buffer.byteLength(text) };
}

/**
 * What papers say of the runs' methods on a data set of this name, each once, as far as these classes can be held against it.
 * Few-shot runs have no figure there.
 */
function publishedRows(
  { runs, publishedResults }: RunReportOptions,
  datasetName: string,
  classNames: readonly string[],
): readonly PublishedRow[] {
  const rows = new Map<string, PublishedRow>();
  for (const {
    run: { methodId, settings },
  } of runs) {
    if ((settings.shots ?? 0) > 0) continue;
    const figures = figuresThatFit(findPublishedFigures(publishedResults, datasetName, methodId), classNames);
    for (const paper of new Set(figures.map((one) => one.paper))) {
      rows.set(`${methodId} ${paper}`, {
        title: methodCatalogue[methodId].name,
        paper: `${paper}’s paper`,
        figures: figures.filter((one) => one.paper === paper),
      });
    }
  }
  return [...rows.values()];
}

/** The run with the best mean image AUROC; the last where none has one. */
function pickLeadingRun(evaluations: readonly RunEvaluation[]): number {
  let best = evaluations.length - 1;
  for (const [i, { mean }] of evaluations.entries()) {
    const value = mean.image.auroc;
    if (value !== null && value > (evaluations[best]?.mean.image.auroc ?? -1)) best = i;
  }
  return best;
}

async function writeWhole(file: string, text: string): Promise<void> {
  const unfinished = `${file}.${process.pid}.part`;
  try {
    makeFolder(dirname(file), 'the folder of the report');
    await writeFile(unfinished, text);
    await rename(unfinished, file);
  } catch (thrown) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    // The folder is there by now, so what is missing is its leave to write: `/proc` answers like that.
    if (systemErrorCode(thrown) === 'ENOENT')
      throw new WorkbenchError(
        'forbidden',
        `${file} cannot be written: the folder ${dirname(file)} takes no new files. Choose another place for the report.`,
        { cause: thrown },
      );
    throw fromSystemError(thrown, file);
  }
}
