import type { Label } from '../../../src-shared/domain/dataset.ts';
import type { RunEvaluation } from '../../../src-shared/domain/evaluation.ts';

/** A run as the report shows it. */
export interface ReportRun {
  /** One letter, by which tables and pictures name it. */
  readonly letter: string;
  /** Method and model in a line. */
  readonly title: string;
  readonly evaluation: RunEvaluation;
  /** What it was made with, in words. */
  readonly facts: readonly ReportFact[];
}

export interface ReportFact {
  readonly name: string;
  readonly value: string;
  /** A hash or a path: set in a fixed width, broken anywhere. */
  readonly isCode?: boolean;
}

/** One run's map over one picture. */
export interface ReportOverlay {
  readonly score: number;
  /** At or above the run's threshold for the class; null where it has none. */
  readonly isFlagged: boolean | null;
  /** 1 is the highest score of the class. */
  readonly rank: number;
  readonly rankedCount: number;
  readonly jpeg: Uint8Array;
  /** SVG path in pixels of `sidePx`×`sidePx`, stretched over the picture: where the map crosses the threshold. */
  readonly contourPath: string;
  readonly sidePx: number;
}

export interface ReportPicture {
  readonly path: string;
  readonly className: string;
  readonly label: Label | null;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Null where the file cannot be read any more. */
  readonly jpeg: Uint8Array | null;
  /** What cannot be shown of it, and why, in a sentence. */
  readonly problem: string | null;
  /** As `contourPath`; empty where there is no mask. */
  readonly maskPath: string;
  readonly maskSidePx: number;
  /** By run; null where a run has no map of it. */
  readonly overlays: readonly (ReportOverlay | null)[];
}

export interface ReportClass {
  readonly name: string;
  /** Worst first. */
  readonly pictures: readonly ReportPicture[];
  readonly imageCount: number;
}

/** Figures of a paper, for this data set; a row that competes with nobody. Percent, null where the paper has none. */
export interface PublishedRow {
  readonly title: string;
  /** Paper and table. */
  readonly source: string;
  readonly figures: Readonly<Partial<Record<MetricKey, number>>>;
}

export interface RunReport {
  readonly datasetName: string;
  readonly datasetRoot: string;
  readonly imageCount: number;
  readonly version: string;
  readonly madeAt: Date;
  readonly runs: readonly ReportRun[];
  /** Index of the run whose scores set the order. */
  readonly leadingRun: number;
  readonly published: readonly PublishedRow[];
  /** Methods that were asked for and did not run, with the reason. */
  readonly notRun: readonly { readonly name: string; readonly reason: string }[];
  /** Images that the runs place most differently, most different first. */
  readonly disagreements: readonly ReportPicture[];
  readonly classes: readonly ReportClass[];
}

/** What both a class's and a mean evaluation have. */
export type MetricParts = Pick<RunEvaluation['classes'][number], 'image' | 'pixel'>;

export type MetricKey =
  | 'imageAuroc'
  | 'imageAp'
  | 'imageF1Max'
  | 'pixelAuroc'
  | 'pixelAp'
  | 'pixelF1Max'
  | 'pixelAupro'
  | 'pixelAuproPaper';

export interface ReportMetric {
  readonly key: MetricKey;
  readonly level: 'image' | 'pixel';
  readonly name: string;
  /** What the name alone does not say. */
  readonly remark: string;
  read(parts: MetricParts): number | null;
}

/** The papers' metrics (methods.md §8), 0-1, in the order of columns. */
export const reportMetrics: readonly ReportMetric[] = [
  { key: 'imageAuroc', level: 'image', name: 'AUROC', remark: '', read: ({ image }) => image.auroc },
  { key: 'imageAp', level: 'image', name: 'AP', remark: '', read: ({ image }) => image.ap },
  { key: 'imageF1Max', level: 'image', name: 'F1-max', remark: '', read: ({ image }) => image.f1Max },
  { key: 'pixelAuroc', level: 'pixel', name: 'AUROC', remark: '', read: ({ pixel }) => pixel.auroc },
  { key: 'pixelAp', level: 'pixel', name: 'AP', remark: '', read: ({ pixel }) => pixel.ap },
  { key: 'pixelF1Max', level: 'pixel', name: 'F1-max', remark: '', read: ({ pixel }) => pixel.f1Max },
];

/** Those of which any run has any figure. */
export function metricsShown({ runs }: Pick<RunReport, 'runs'>): readonly ReportMetric[] {
  return reportMetrics.filter(({ read }) =>
    runs.some(({ evaluation }) => evaluation.classes.some((one) => read(one) !== null)),
  );
}
