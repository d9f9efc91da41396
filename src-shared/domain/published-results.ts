import { z } from 'zod';
import type { MethodId } from './method.ts';

/** Null: the paper leaves the cell empty. */
const percent = z.number().min(0).max(100).nullable();

/** `assets/published-results.json`: the result tables of the papers as they are printed, in percent. */
export const publishedResultsSchema = z.object({
  about: z.string(),
  datasets: z.array(
    z.object({
      paper: z.string(),
      table: z.number().int(),
      domain: z.string(),
      dataset: z.string(),
      method: z.string(),
      image: z.object({ auroc: percent, ap: percent }).partial().optional(),
      pixel: z.object({ auroc: percent, aupro: percent }).partial().optional(),
    }),
  ),
  /** One metric of one level; values in the order of `classes`. */
  classes: z.array(
    z
      .object({
        paper: z.string(),
        table: z.number().int(),
        dataset: z.string(),
        level: z.enum(['image', 'pixel']),
        metric: z.enum(['auroc', 'ap', 'aupro']),
        classes: z.array(z.string()),
        methods: z.record(z.string(), z.object({ values: z.array(percent), mean: percent.optional() })),
      })
      .refine(
        ({ classes, methods }) =>
          Object.values(methods).every(({ values }) => values.length === classes.length),
        'a method needs a value for every class',
      ),
  ),
});
export type PublishedResults = z.infer<typeof publishedResultsSchema>;

const share = z.number().min(0).max(1).nullable();

/** What one paper says of one method on one data set, or on one of its classes. 0-1; null: not in the paper. */
export const publishedFigureSchema = z
  .object({
    paper: z.string(),
    /** Where in the paper, ascending. */
    tables: z.array(z.number().int()).min(1).readonly(),
    /** As the paper calls it. */
    dataset: z.string(),
    /** As the paper calls it; null: mean over the data set's classes. */
    className: z.string().nullable(),
    image: z.object({ auroc: share, ap: share }).readonly(),
    /** AUPRO is that of the papers' code: hold it against `auproPaper`. */
    pixel: z.object({ auroc: share, aupro: share }).readonly(),
  })
  .readonly();
export type PublishedFigure = z.infer<typeof publishedFigureSchema>;

/** Names of the papers' tables. */
const methodNames: Readonly<Record<MethodId, string | null>> = {
  baseline: null,
  clip: 'CLIP',
  'clip-ac': 'CLIP-AC',
  winclip: 'WinCLIP',
  anomalyclip: 'AnomalyCLIP',
  faprompt: 'FAPrompt',
  coop: 'CoOp',
};

/**
 * Other names that folders of these data sets have, in the form of `plainName`: only such as no other data set is likely
 * to have («brain» or «dtd» are not among them).
 */
const datasetAliases: Readonly<Record<string, readonly string[]>> = {
  'MVTec AD': ['mvtec', 'mvtecanomalydetection'],
  VisA: ['visa1cls', 'visapytorch', 'visaanomalydetection'],
  BTAD: ['btech', 'beantech', 'btaddataset', 'beantechanomalydetection'],
  SDD: ['ksdd', 'kolektorsdd', 'kolektor'],
  DAGM: ['dagm2007', 'dagmkaggleupload'],
  ISIC: ['isic2016'],
  'CVC-ColonDB': ['colondb'],
  'CVC-ClinicDB': ['clinicdb'],
  Kvasir: ['kvasirseg'],
  Endo: ['endotect', 'endotect2020'],
};

/** How many classes the papers' mean over a data set is of. Sets of one class may call it anything. */
const classCounts: Readonly<Record<string, number>> = {
  'MVTec AD': 15,
  VisA: 12,
  MPDD: 6,
  BTAD: 3,
  DAGM: 10,
  'DTD-Synthetic': 12,
};

/** Letters and digits only, in lower case: `metal_nut` and «Metal nut» are one. */
function plainName(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');
}

function isDataset(known: string, name: string): boolean {
  const plain = plainName(name);
  return plain === plainName(known) || (datasetAliases[known]?.includes(plain) ?? false);
}

/**
 * What the papers say of a method on a data set of this name and on each of its classes: the data set's mean before its
 * classes, AnomalyCLIP's paper before FAPrompt's; a paper's tables of one thing are one figure. Empty for names that are
 * in no table. They are zero-shot figures, learned methods trained on another set: hold no few-shot run against them.
 */
export function findPublishedFigures(
  results: PublishedResults,
  datasetName: string,
  methodId: MethodId,
): PublishedFigure[] {
  const method = methodNames[methodId];
  if (method === null) return [];
  const found = new Map<string, PublishedFigure>();
  const put = (
    at: Pick<PublishedFigure, 'paper' | 'dataset' | 'className'>,
    table: number,
    values: {
      readonly image?: Partial<PublishedFigure['image']>;
      readonly pixel?: Partial<PublishedFigure['pixel']>;
    },
  ) => {
    const key = JSON.stringify([at.className, at.paper]);
    const before = found.get(key) ?? {
      ...at,
      tables: [],
      image: { auroc: null, ap: null },
      pixel: { auroc: null, aupro: null },
    };
    found.set(key, {
      ...before,
      tables: [...new Set([...before.tables, table])].sort((a, b) => a - b),
      image: { ...before.image, ...values.image },
      pixel: { ...before.pixel, ...values.pixel },
    });
  };
  for (const { paper, table, dataset, method: of, image, pixel } of results.datasets) {
    if (of !== method || !isDataset(dataset, datasetName)) continue;
    put({ paper, dataset, className: null }, table, { image: toShares(image), pixel: toShares(pixel) });
  }
  for (const { paper, table, dataset, level, metric, classes, methods } of results.classes) {
    const values = Object.hasOwn(methods, method) ? methods[method]?.values : undefined;
    if (values === undefined || !isDataset(dataset, datasetName)) continue;
    for (const [i, className] of classes.entries())
      put({ paper, dataset, className }, table, { [level]: toShares({ [metric]: values[i] }) });
  }
  return [...found.values()].filter(({ image, pixel }) =>
    [image.auroc, image.ap, pixel.auroc, pixel.aupro].some((value) => value !== null),
  );
}

/** Of figures those of one class, whatever its spelling; null: of the data set as a whole. */
export function figuresOfClass(
  figures: readonly PublishedFigure[],
  className: string | null,
): PublishedFigure[] {
  const wanted = className === null ? null : plainName(className);
  return figures.filter((figure) =>
    figure.className === null ? wanted === null : plainName(figure.className) === wanted,
  );
}

/**
 * The figures that a data set with these classes can be held against: a class's own, and a mean only where it is over just
 * as many classes, all of them the paper's where the paper names them. A folder that shares no more than a name, or holds
 * some classes of a set, is not what the paper measured.
 */
export function figuresThatFit(
  figures: readonly PublishedFigure[],
  classNames: readonly string[],
): PublishedFigure[] {
  const own = new Set(classNames.map(plainName));
  return figures.filter(({ dataset, className }) => {
    if (className !== null) return own.has(plainName(className));
    if (own.size !== (classCounts[dataset] ?? 1)) return false;
    const named = figures.flatMap((figure) =>
      figure.dataset === dataset && figure.className !== null ? [plainName(figure.className)] : [],
    );
    return named.every((name) => own.has(name));
  });
}

/** `AnomalyCLIP, table 1` or `FAPrompt, tables 1 and 2`. */
export function publishedSource({ paper, tables }: PublishedFigure): string {
  if (tables.length === 1) return `${paper}, table ${tables[0]}`;
  return `${paper}, tables ${tables.slice(0, -1).join(', ')} and ${tables.at(-1)}`;
}

/** Percent with one decimal as a share with three, without the traces of a division in binary. */
function toShares(
  figures: Readonly<Record<string, number | null | undefined>> | undefined,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(figures ?? {}).flatMap(([name, value]) =>
      value === undefined || value === null ? [] : [[name, Number((value / 100).toFixed(5))]],
    ),
  );
}
