import {
  noPixelFigures,
  type ClassEvaluation,
  type PixelFigures,
  type RankMetrics,
} from '../../../src-shared/domain/evaluation.ts';
import { publishedSource, type PublishedFigure } from '../../../src-shared/domain/published-results.ts';
import { formatTable } from '../text-table.ts';
import { csvLine, csvNumber, csvWords } from '../../../src-shared/text/csv.ts';
import { inPercent } from '../../../src-shared/text/in-percent.ts';
import { onOneLine } from '../../../src-shared/text/on-one-line.ts';

/** Metrics of one method as they are shown: of each class, and the means over the classes that have them. */
export interface EvaluatedMethod {
  readonly key: string;
  readonly classes: readonly ClassEvaluation[];
  readonly mean: { readonly image: RankMetrics; readonly pixel: PixelFigures };
}

interface Metric {
  readonly column: string;
  readonly title: string;
  readonly pick: (figures: { readonly image: RankMetrics; readonly pixel: PixelFigures }) => number | null;
}

/** Every metric, in the order of methods.md §8. */
const metrics: readonly Metric[] = [
  { column: 'image_auroc', title: 'Image AUROC', pick: ({ image }) => image.auroc },
  { column: 'image_ap', title: 'Image AP', pick: ({ image }) => image.ap },
  { column: 'image_f1_max', title: 'Image F1-max', pick: ({ image }) => image.f1Max },
  { column: 'pixel_auroc', title: 'Pixel AUROC', pick: ({ pixel }) => pixel.auroc },
  { column: 'pixel_ap', title: 'Pixel AP', pick: ({ pixel }) => pixel.ap },
  { column: 'pixel_f1_max', title: 'Pixel F1-max', pick: ({ pixel }) => pixel.f1Max },
  { column: 'pixel_aupro', title: 'Pixel AUPRO, MVTec’s definition', pick: ({ pixel }) => pixel.aupro },
  {
    column: 'pixel_aupro_paper',
    title: 'Pixel AUPRO, as the papers’ code takes it',
    pick: ({ pixel }) => pixel.auproPaper,
  },
];

/** The classes that the means of a method are over: a class without a metric drops out of that metric's mean. */
export function meanClasses(classes: readonly ClassEvaluation[]): {
  readonly image: readonly string[];
  readonly pixel: readonly string[];
} {
  const having = (value: (one: ClassEvaluation) => number | null) =>
    classes.filter((one) => value(one) !== null).map(({ className }) => className);
  return { image: having(({ image }) => image.auroc), pixel: having(({ pixel }) => pixel.auroc) };
}

/**
 * A table a metric, in percent: a row a class and the mean, with the number of classes it is over where that is not all, a
 * column a method. Metrics that no class has are named together instead.
 */
export function describeEvaluation(
  classNames: readonly string[],
  methods: readonly EvaluatedMethod[],
): string {
  if (methods.length === 0) return '';
  const hasFigures = ({ pick }: Metric) =>
    methods.some(({ classes }) => classes.some((one) => pick(one) !== null));
  const without = metrics.filter((metric) => !hasFigures(metric)).map(({ title }) => title);
  const tables = metrics.filter(hasFigures).map(({ title, pick }) => {
    const rows = classNames.map((className) => [
      className,
      ...methods.map(({ classes }) => {
        const one = classes.find((candidate) => candidate.className === className);
        return one === undefined ? '-' : inPercent(pick(one));
      }),
    ]);
    const overs = methods.map(({ classes }) => describeMean(classNames, classes, pick));
    const [first = ''] = overs;
    const isSame = overs.every((over) => over === first);
    const mean = [isSame ? first : 'mean', ...methods.map((method) => inPercent(pick(method.mean)))];
    const table = formatTable([title, ...methods.map(({ key }) => key)], [...rows, mean]);
    const notes = methods.flatMap(({ key }, index) => {
      const over = overs[index] ?? 'mean';
      return isSame || over === 'mean' ? [] : [`${key}: ${over}\n`];
    });
    return `${table}${notes.join('')}\n`;
  });
  return (
    `Figures in percent; «-» where a metric has no meaning.\n\n${tables.join('')}` +
    (without.length === 0 ? '' : `No class has: ${without.join('; ')}.\n`)
  );
}

/** `mean`, or `mean of 6 of 7 classes` where a class has no figure that could be in it. */
function describeMean(
  classNames: readonly string[],
  classes: readonly ClassEvaluation[],
  pick: Metric['pick'],
): string {
  const count = classes.filter((one) => pick(one) !== null).length;
  return count === classNames.length ? 'mean' : `mean of ${count} of ${classNames.length} classes`;
}

/** Every remark once, with the class and the methods it is about. */
export function describeNotes(methods: readonly EvaluatedMethod[]): string {
  const notes = methods.flatMap(({ key, classes }) =>
    classes.flatMap(({ className, notes: ofClass }) =>
      ofClass.map((note) => ({ key, text: onOneLine(`${className}: ${note}`) })),
    ),
  );
  const lines = [...Map.groupBy(notes, ({ text }) => text)].map(([text, same]) =>
    same.length === methods.length ? `${text}\n` : `${text} (${same.map(({ key }) => key).join(', ')})\n`,
  );
  return lines.join('');
}

const countColumns = ['good', 'anomalous', 'masks', 'failed', 'references'] as const;

/**
 * RFC 4180: a row a method and class, and a method's mean with empty counts; after a method's own rows what the papers
 * publish of it, with paper and table in `source`. Metrics 0-1, empty where they have no meaning.
 */
export function evaluationCsv(
  methods: readonly (EvaluatedMethod & { readonly published: readonly PublishedFigure[] })[],
): string {
  const header = ['method', 'class', 'source', ...countColumns, ...metrics.map(({ column }) => column)];
  const rows = methods.flatMap(({ key, classes, mean, published }) => [
    ...classes.map((one) => [
      ...[key, csvWords(one.className), 'measured'],
      ...countColumns.map((column) => csvNumber(one.counts[column])),
      ...metrics.map(({ pick }) => csvNumber(pick(one))),
    ]),
    [
      ...[key, 'mean', 'measured'],
      ...countColumns.map(() => ''),
      ...metrics.map(({ pick }) => csvNumber(pick(mean))),
    ],
    ...published.map((figure) => [
      ...[key, csvWords(figure.className ?? 'mean'), csvWords(publishedSource(figure))],
      ...countColumns.map(() => ''),
      ...metrics.map(({ pick }) => csvNumber(pick(asMeasured(figure)))),
    ]),
  ]);
  return [header, ...rows].map(csvLine).join('');
}

/** The papers' AUPRO is that of their code. */
function asMeasured({ image, pixel }: PublishedFigure): { image: RankMetrics; pixel: PixelFigures } {
  return {
    image: { ...image, f1Max: null },
    pixel: { ...noPixelFigures, auroc: pixel.auroc, auproPaper: pixel.aupro },
  };
}
