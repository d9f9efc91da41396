import type { Label } from '../../../src-shared/domain/dataset.ts';
import type { RunEvaluation } from '../../../src-shared/domain/evaluation.ts';
import { figuresOfClass, type PublishedFigure } from '../../../src-shared/domain/published-results.ts';
import type { Contradictions } from './collect-contradictions.ts';
import type { UnreadFiles } from './collect-unread.ts';
import type { ReportDecisions } from './verdict-report.ts';

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
  /** At the run's threshold for the class; null where it has none. */
  readonly prediction: 'anomalous' | 'unsure' | 'good' | null;
  /** 1 is the highest score of the class. */
  readonly rank: number;
  readonly rankedCount: number;
  readonly jpeg: Uint8Array;
  /** SVG path in pixels of `sidePx`×`sidePx`, stretched over the picture: where the map crosses the threshold. */
  readonly contourPath: string;
  readonly sidePx: number;
  /** Where the map is at or above its threshold, the highest peak first; `share` of the map, 0-1. */
  readonly regions: readonly { readonly share: number; readonly peak: number }[];
  /** All of them, those not listed included. */
  readonly regionCount: number;
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

/** What one paper says of one method on this data set; it competes with nobody. */
export interface PublishedRow {
  /** The method's name. */
  readonly title: string;
  readonly paper: string;
  /** Of the data set as a whole and of its classes. */
  readonly figures: readonly PublishedFigure[];
}

export interface RunReport {
  readonly datasetName: string;
  readonly datasetRoot: string;
  readonly imageCount: number;
  readonly version: string;
  readonly madeAt: Date;
  /** Whose report it is. */
  readonly madeBy: string;
  readonly runs: readonly ReportRun[];
  /** Index of the run whose scores set the order. */
  readonly leadingRun: number;
  readonly published: readonly PublishedRow[];
  /** Methods that were asked for and did not run, with the reason. */
  readonly notRun: readonly { readonly name: string; readonly reason: string }[];
  /** Images that the runs place most differently, most different first. */
  readonly disagreements: readonly ReportPicture[];
  readonly classes: readonly ReportClass[];
  readonly decisions: ReportDecisions;
  /** Of the leading run. */
  readonly contradictions: Contradictions;
  /** The first of them. */
  readonly contradictionPictures: readonly ReportPicture[];
  readonly unread: UnreadFiles;
}

/** What both a class's and a mean evaluation have. */
export type MetricParts = Pick<RunEvaluation['classes'][number], 'image' | 'pixel'>;

export interface ReportMetric {
  readonly level: 'image' | 'pixel';
  readonly name: string;
  /** What the name alone does not say. */
  readonly remark: string;
  read(parts: MetricParts): number | null;
  /** Null: the papers' tables do not have it. */
  readonly readPublished: ((figure: PublishedFigure) => number | null) | null;
}

/** The papers' metrics (methods.md §8), 0-1, in the order of columns. */
const reportMetrics: readonly ReportMetric[] = [
  {
    level: 'image',
    name: 'AUROC',
    remark: '',
    read: ({ image }) => image.auroc,
    readPublished: ({ image }) => image.auroc,
  },
  {
    level: 'image',
    name: 'AP',
    remark: '',
    read: ({ image }) => image.ap,
    readPublished: ({ image }) => image.ap,
  },
  { level: 'image', name: 'F1-max', remark: '', read: ({ image }) => image.f1Max, readPublished: null },
  {
    level: 'pixel',
    name: 'AUROC',
    remark: '',
    read: ({ pixel }) => pixel.auroc,
    readPublished: ({ pixel }) => pixel.auroc,
  },
  { level: 'pixel', name: 'AP', remark: '', read: ({ pixel }) => pixel.ap, readPublished: null },
  { level: 'pixel', name: 'F1-max', remark: '', read: ({ pixel }) => pixel.f1Max, readPublished: null },
  {
    level: 'pixel',
    name: 'AUPRO',
    remark:
      'MVTec’s definition: every distinct value a threshold, integrated to a false positive rate of 0.3.',
    read: ({ pixel }) => pixel.aupro,
    readPublished: null,
  },
  {
    level: 'pixel',
    name: 'AUPRO*',
    remark:
      'as the papers’ code has it: 200 thresholds, not interpolated. Published AUPRO figures are this one.',
    read: ({ pixel }) => pixel.auproPaper,
    readPublished: ({ pixel }) => pixel.aupro,
  },
];

/** Those of which any run has any figure. */
export function metricsShown({ runs }: Pick<RunReport, 'runs'>): readonly ReportMetric[] {
  return reportMetrics.filter(({ read }) =>
    runs.some(({ evaluation }) => evaluation.classes.some((one) => read(one) !== null)),
  );
}

/** What a paper has of a metric, of a class or (null) of the data set as a whole. */
export function publishedValue(
  { figures }: PublishedRow,
  { readPublished }: ReportMetric,
  className: string | null,
): number | null {
  const [figure] = figuresOfClass(figures, className);
  return figure === undefined || readPublished === null ? null : readPublished(figure);
}
