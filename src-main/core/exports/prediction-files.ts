import type { DatasetImage } from '../../../src-shared/domain/dataset.ts';
import type { ChosenThreshold, ExportSummary } from '../../../src-shared/domain/export.ts';
import type { PredictionMetrics } from './prediction-metrics.ts';
import type { Verdict } from '../../../src-shared/domain/verdict.ts';
import { csvLine, csvNumber, csvPath, csvWords } from '../../../src-shared/text/csv.ts';

/** What a row of the predictions says of one image. */
export interface PredictionRow {
  readonly image: DatasetImage;
  readonly score: number | null;
  /** Of its class; undefined where none was chosen. */
  readonly threshold: ChosenThreshold | undefined;
  /** The newest; null where nobody has said anything, or took it back and left no note. */
  readonly verdict: Verdict | null;
}

/** A table that grows by images: what stands before the first, each image, and what stands after the last. */
export interface PredictionFile {
  readonly name: string;
  head(summary: ExportSummary, metrics: PredictionMetrics): string;
  /** `index` counts from 0. */
  row(row: PredictionRow, index: number): string;
  readonly foot: string;
}

/** The last four are of the newest verdict; a note's lines stay lines, in quotes. */
const columns = [
  ...['image', 'class', 'label', 'score', 'prediction', 'threshold'],
  ...['verdict', 'author', 'time', 'note'],
];

/**
 * `predictions.csv`: a line an image. `predictions.json`: one object of
 * - `format`, `workbenchVersion`, `dataset`, `run`, `selection` (which images, in words), `scoreThresholds` (by class),
 * - `metrics`: what `evaluate` gives for this run (methods.md §8), 0-1: `rendering` of the maps that pixel metrics are taken on;
 *   `classes`, each with `className`, `counts` of labelled images, `image` and `pixel` (AUROC, AP, best F1; pixel also AUPRO twice),
 *   `f1MaxAt`, `errorBound` (no pixel metric is further from its definition; 0: exact), `meanDurationMs` and `notes`; `mean` over
 *   the classes, null where one class alone was exported. They are of all labelled images of the classes, also where `selection`
 *   is some of the images. Null where there are none, and then `metricsProblem` says why in a sentence,
 * - `images`: a row an image, in the order of paths: `image` (its path), `class`, `label`, `score`, `prediction`, `threshold`,
 *   `verdict`, `author`, `time` (UTC), `note`.
 */
export const predictionFiles: Readonly<Record<'csv' | 'json', PredictionFile>> = {
  csv: {
    name: 'predictions.csv',
    head: () => csvLine(columns),
    row: ({ image, score, threshold, verdict }) =>
      csvLine([
        csvPath(image.path),
        csvWords(image.className),
        image.label ?? '',
        csvNumber(score),
        predictionAt(threshold, score) ?? '',
        csvNumber(threshold?.value ?? null),
        verdict?.value ?? '',
        csvWords(verdict?.author ?? ''),
        verdict === null ? '' : timeOf(verdict),
        csvWords(verdict?.note ?? ''),
      ]),
    foot: '',
  },
  json: {
    name: 'predictions.json',
    head: ({ workbenchVersion, dataset, run, images, scoreThresholds }, metrics) => {
      const head = {
        format: 'anomaly-workbench-predictions/1',
        ...{ workbenchVersion, dataset, run, selection: images, scoreThresholds, ...metrics },
      };
      return `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "images": [`;
    },
    row: ({ image, score, threshold, verdict }, index) => {
      const row = {
        image: image.path,
        class: image.className,
        label: image.label,
        score,
        prediction: predictionAt(threshold, score),
        threshold: threshold?.value ?? null,
        verdict: verdict?.value ?? null,
        author: verdict?.author ?? null,
        time: verdict === null ? null : timeOf(verdict),
        note: verdict?.note ?? '',
      };
      return `${index === 0 ? '' : ','}\n    ${JSON.stringify(row)}`;
    },
    foot: '\n  ]\n}\n',
  },
};

function timeOf({ createdAtMs }: Verdict): string {
  return new Date(createdAtMs).toISOString();
}

/** `unsure` from the second threshold, where there is one, up to the first; null without a score or a threshold. */
export function predictionAt(
  chosen: Pick<ChosenThreshold, 'value' | 'secondValue'> | undefined,
  score: number | null,
): 'anomalous' | 'unsure' | 'good' | null {
  const value = chosen?.value ?? null;
  if (score === null || value === null) return null;
  if (score >= value) return 'anomalous';
  return score >= (chosen?.secondValue ?? value) ? 'unsure' : 'good';
}
