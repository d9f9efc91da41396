import { basename, join } from 'node:path';
import { z } from 'zod';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { ConformanceItem } from '../../../src-shared/domain/conformance.ts';
import { pixelMetricsOf, type PixelMetrics } from '../../../src-shared/metrics/pixel-metrics.ts';
import { auroc, averagePrecision, f1Max } from '../../../src-shared/metrics/ranking.ts';
import { decodeImage } from '../../images/decode-image.ts';
import { resizeBicubic } from '../../images/resize-bicubic.ts';
import { pixelDeviation } from '../clip/vision-graph.ts';
import type { CheckTools } from './clip-items.ts';
import {
  compareItem,
  notAvailable,
  tolerances,
  yesNoItem,
  type Expected,
  type Tolerance,
} from './compare.ts';
import { damaged, parseGolden, type GoldenFile } from './golden-folder.ts';
import { probePixelValues } from './vision-probe.ts';

const metricsSchema = z.object({
  metrics: z.array(z.record(z.string(), z.unknown())).default([]),
  tokenizer: z
    .array(z.object({ text: z.string(), ids: z.union([z.array(z.number().int()).min(1), z.string()]) }))
    .default([]),
  too_long: z.object({ text: z.string() }).optional(),
});

/** A figure, or for F1-max the figure and a threshold that reaches it. */
const metricValueSchema = z.union([z.number(), z.tuple([z.number(), z.number()])]);

const clipContext = 77;

/** True for the kind of file that pins down metrics, tokenizer and preprocessing. */
export function isMetricsGolden({ json, tensors }: GoldenFile): boolean {
  return (
    'metrics' in json ||
    'tokenizer' in json ||
    [...tensors.keys()].some((key) => key.startsWith('preprocess.'))
  );
}

export async function* checkMetricsGolden(
  golden: GoldenFile,
  tools: CheckTools,
): AsyncGenerator<ConformanceItem> {
  const parsed = parseGolden(golden, metricsSchema);
  for (const [key, expected] of golden.tensors)
    if (key.startsWith('preprocess.')) yield await checkPreprocess(golden, key, expected, tools);
  for (const [index, { text, ids }] of parsed.tokenizer.entries())
    yield checkTokenizer(`${golden.stem}/tokenizer.${index}`, text, ids, tools);
  if (parsed.too_long)
    yield checkTokenizer(`${golden.stem}/too_long`, parsed.too_long.text, 'refused', tools);
  for (const [index, values] of parsed.metrics.entries()) yield* checkMetrics(golden, index, values);
}

/** One grey level of 255 and a fifth of one, after normalising; per channel (golden/README.md). */
function levelTolerance(area: number): (index: number) => Tolerance {
  const words = 'within one grey level: |a-b| ≤ 1.2/255/std';
  const byChannel = pixelDeviation.map((std) => ({ absolute: 1.2 / 255 / std, relative: 0, words }));
  return (index) => byChannel[Math.floor(index / area)] ?? { absolute: 0, relative: 0, words };
}

async function checkPreprocess(
  golden: GoldenFile,
  key: string,
  expected: Expected,
  { workFolder, sessions }: CheckTools,
): Promise<ConformanceItem> {
  const item = `${golden.stem}/${key}`;
  const path = join(golden.folder, `${key.replace('.', '-')}.png`);
  const [, height = 0, width = 0] = expected.shape;
  const resized = resizeBicubic(await decodeImage(path), width, height);
  const values = await probePixelValues(workFolder, resized, sessions);
  const compared = compareItem(item, values, [3, height, width], expected, levelTolerance(height * width));
  return { ...compared, detail: `${compared.detail}; ${basename(path)} to ${width}×${height}` };
}

/** Ids exactly, zero padded to as many as are given; a text in place of ids: the prompt must be refused. */
function checkTokenizer(
  item: string,
  text: string,
  expected: readonly number[] | string,
  { tokenizer }: CheckTools,
): ConformanceItem {
  const contextLength = typeof expected === 'string' ? clipContext : expected.length;
  const quoted = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  let ids: readonly number[];
  try {
    ids = tokenizer.encode(text, { contextLength });
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error;
    const refused = typeof expected === 'string';
    return yesNoItem(
      item,
      refused,
      refused ? 'must be refused' : 'exactly equal',
      `${quoted} was refused: ${error.message}`,
    );
  }
  if (typeof expected === 'string')
    return yesNoItem(item, false, 'must be refused', `${quoted} was taken as ${ids.length} tokens`);
  const padded = [...ids, ...Array.from({ length: contextLength - ids.length }, () => 0)];
  const compared = compareItem(
    item,
    padded,
    [contextLength],
    { shape: [expected.length], data: expected },
    tolerances.exact,
  );
  return { ...compared, detail: `${compared.detail}; ${quoted}` };
}

/** A metric of a golden by its name there. Of `…_f1max` [value, threshold] the value counts: several thresholds may reach it. */
const metricsByName: Readonly<Record<string, (computed: CaseMetrics) => number | null>> = {
  image_auroc: ({ image }) => auroc(image),
  image_ap: ({ image }) => averagePrecision(image),
  image_f1max: ({ image }) => f1Max(image)?.value ?? null,
  pixel_auroc: ({ pixel }) => pixel.auroc,
  pixel_ap: ({ pixel }) => pixel.ap,
  pixel_f1max: ({ pixel }) => pixel.f1Max,
  aupro: ({ pixel }) => pixel.aupro,
  aupro_200_thresholds: ({ pixel }) => pixel.auproPaper,
};

interface CaseMetrics {
  readonly image: { readonly scores: ArrayLike<number>; readonly labels: readonly number[] };
  readonly pixel: PixelMetrics;
}

async function* checkMetrics(
  golden: GoldenFile,
  index: number,
  values: Readonly<Record<string, unknown>>,
): AsyncGenerator<ConformanceItem> {
  const tensor = (name: string) => {
    const found = golden.tensors.get(`metrics${index}.${name}`);
    if (!found) throw damaged(golden.jsonPath, `its tensors lack metrics${index}.${name}`);
    return found;
  };
  const labels = z.array(z.number()).safeParse(values['labels']);
  if (!labels.success) throw damaged(golden.jsonPath, `metrics.${index} has no labels`);
  const maps = tensor('maps');
  const masks = tensor('masks');
  const [width = 1, height = 1] = [...maps.shape].reverse();
  if (masks.data.length !== maps.data.length)
    throw damaged(golden.jsonPath, `metrics${index}.masks is not of the shape of metrics${index}.maps`);
  const computed: CaseMetrics = {
    image: { scores: tensor('scores').data, labels: labels.data },
    pixel: await pixelMetricsOf({
      maps: split(maps, width * height, (values) => Float32Array.from(values)),
      masks: split(masks, width * height, (values) =>
        Uint8Array.from(values, (value) => (value > 0 ? 1 : 0)),
      ),
      width,
      height,
    }).catch((thrown: unknown) => {
      if (!(thrown instanceof RangeError)) throw thrown;
      throw damaged(golden.jsonPath, `of metrics${index}, ${thrown.message}`);
    }),
  };
  for (const [metric, expected] of Object.entries(values)) {
    if (metric === 'labels') continue;
    const item = `${golden.stem}/metrics${index}.${metric}`;
    const compute = Object.hasOwn(metricsByName, metric) ? metricsByName[metric] : undefined;
    if (compute === undefined) {
      yield notAvailable(item, `the metric ${metric}`);
      continue;
    }
    const wanted = metricValueSchema.safeParse(expected);
    if (!wanted.success) throw damaged(golden.jsonPath, `metrics.${index} has no ${metric}`);
    const value = typeof wanted.data === 'number' ? wanted.data : wanted.data[0];
    yield compareItem(
      item,
      [compute(computed) ?? NaN],
      [1],
      { shape: [1], data: [value] },
      tolerances.metric,
    );
  }
}

/** The slices of `area` values that a tensor [images, …, height, width] consists of. */
function split<T>({ data }: Expected, area: number, take: (values: number[]) => T): T[] {
  const values = Array.from(data);
  return Array.from({ length: values.length / area }, (_, i) => take(values.slice(i * area, (i + 1) * area)));
}
