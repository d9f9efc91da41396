import type { Run } from '../../../src-shared/domain/run.ts';
import {
  figuresOfClass,
  figuresThatFit,
  publishedSource,
  type PublishedFigure,
} from '../../../src-shared/domain/published-results.ts';
import type { CliSession } from '../cli-session.ts';
import { formatTable } from '../text-table.ts';
import { inPercent } from '../../../src-shared/text/in-percent.ts';

/** A method by the key it was asked for with, and what the papers say of it. */
export interface PublishedMethod {
  readonly key: string;
  readonly published: readonly PublishedFigure[];
}

/**
 * What the papers say of a run's method on a data set of this name, as far as these classes can be held against it. Nothing of
 * few-shot runs: the figures are zero-shot.
 */
export async function readPublished(
  session: CliSession,
  { methodId, settings }: Run,
  { datasetName, classNames }: { readonly datasetName: string; readonly classNames: readonly string[] },
): Promise<readonly PublishedFigure[]> {
  if ((settings.shots ?? 0) > 0) return [];
  const { figures } = await session.call('published.figures', { datasetName, methodId });
  return figuresThatFit(figures, classNames);
}

/** The papers' figures for these classes and their mean, in percent, each with paper and table; empty where there are none. */
export function describePublished(
  classNames: readonly string[],
  methods: readonly PublishedMethod[],
): string {
  const rows = [...classNames, null].flatMap((className) =>
    methods.flatMap(({ key, published }) =>
      figuresOfClass(published, className).map((figure) => [
        className ?? 'mean',
        key,
        ...[figure.image.auroc, figure.image.ap, figure.pixel.auroc, figure.pixel.aupro].map((value) =>
          inPercent(value),
        ),
        publishedSource(figure),
      ]),
    ),
  );
  if (rows.length === 0) return '';
  const headings = ['Published', 'method', 'image AUROC', 'AP', 'pixel AUROC', 'AUPRO', 'source'];
  return `${formatTable(headings, rows)}Published AUPRO is taken as the papers’ code takes it. Learned methods are trained on another set.\n\n`;
}
