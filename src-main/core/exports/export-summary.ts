import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type {
  ChosenThreshold,
  ExportImages,
  ExportOptions,
  ExportSummary,
} from '../../../src-shared/domain/export.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { DatasetCore } from '../db/datasets-repository.ts';
import type { Repositories } from '../db/repositories.ts';
import { openThresholdChooser } from './choose-thresholds.ts';
import { describeSelection } from './select-images.ts';

export interface SummaryParts {
  readonly repositories: Pick<
    Repositories,
    'images' | 'results' | 'models' | 'promptSets' | 'settings' | 'operatingPoints'
  >;
  readonly run: Run;
  readonly dataset: DatasetCore;
  readonly options: ExportOptions;
  readonly images: ExportImages;
  readonly version: string;
  readonly jobId: number;
}

/**
 * What an export says of itself before it wrote anything: its thresholds are chosen here. Throws `not-found` for a class
 * that is not there, and `needs-choice` where a threshold cannot be chosen as asked.
 */
export function beginSummary({
  repositories,
  run,
  dataset,
  options,
  images: wantedImages,
  version,
  jobId,
}: SummaryParts): ExportSummary {
  const { images, models, promptSets } = repositories;
  const all = images.classNames(dataset.id);
  if (options.className !== null && !all.includes(options.className)) {
    throw new WorkbenchError(
      'not-found',
      `«${dataset.name}» has no class «${options.className}». It has: ${all.join(', ')}`,
    );
  }
  const classNames = options.className === null ? all : [options.className];
  const needsPredictions =
    options.what.some((kind) => kind === 'csv' || kind === 'json') ||
    wantedImages.kind === 'predicted-defect';
  const chooser = openThresholdChooser(repositories, run.id, options.className);
  const scoreThresholds: ChosenThreshold[] = [];
  const mapThresholds: ChosenThreshold[] = [];
  for (const className of classNames) {
    if (needsPredictions) scoreThresholds.push(chooser.score(className, options.scoreThreshold));
    if (options.what.includes('masks') || options.what.includes('overlays'))
      mapThresholds.push(chooser.map(className, options.mapThreshold));
  }
  const model = run.modelId === null ? null : models.get(run.modelId);
  const prompts = run.promptSetId === null ? null : (promptSets.get(run.promptSetId)?.promptSet ?? null);
  return {
    format: 'anomaly-workbench-export/1',
    state: 'unfinished',
    jobId,
    workbenchVersion: version,
    startedAtMs: Date.now(),
    dataset: { id: dataset.id, name: dataset.name, root: dataset.root },
    run: {
      id: run.id,
      methodId: run.methodId,
      model: model === null ? null : { id: model.id, name: model.name, sha256: model.sha256 },
      prompts: prompts === null ? null : { id: prompts.id, name: prompts.name, sha256: prompts.sha256 },
      settings: run.settings,
      rendering: run.rendering,
      scale: run.scale,
    },
    options,
    images: describeSelection(wantedImages),
    scoreThresholds,
    mapThresholds,
    counts: { images: 0, withoutScore: 0, files: {}, failed: 0 },
    failures: [],
    renamed: [],
    notes: notesOn(options, run),
  };
}

function notesOn({ what }: ExportSummary['options'], run: Run): string[] {
  const notes: string[] = [];
  if (run.state !== 'succeeded')
    notes.push(
      `The run was not finished: ${run.scoredCount} of ${run.imageCount} images had a score when the export began.`,
    );
  if (what.includes('csv')) {
    notes.push(
      'predictions.csv: an image is «anomalous» where its score is at or above the threshold of its class, and «unsure» where it is below, but at or above the second threshold that was chosen for a person to look again. Verdict, note, author and time (UTC) are of the newest verdict of a person when the row was written. A path that a spreadsheet would take for a formula begins with «./», a class, a note or an author with an apostrophe.',
    );
  }
  if (what.includes('maps-png') && run.scale !== null)
    notes.push(
      `maps-png: value = ${run.scale.mapMin} + level / 65535 × ${run.scale.mapMax - run.scale.mapMin}, the same for every image.`,
    );
  if (what.includes('maps-tiff') || what.includes('maps-npy'))
    notes.push(
      'maps-tiff and maps-npy: 32-bit floats, little-endian, rows from the top, as the method made them.',
    );
  return notes;
}
