import { basename, join } from 'node:path';
import { z } from 'zod';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { ConformanceItem } from '../../../src-shared/domain/conformance.ts';
import { auroc, averagePrecision, f1Max, type ScoredLabels } from '../../../src-shared/metrics/ranking.ts';
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
  for (const [index, values] of parsed.metrics.entries())
    for (const [metric, expected] of Object.entries(values))
      if (metric !== 'labels') yield checkMetric(golden, index, values, metric, expected);
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

/** Area under ROC, average precision or F1-max of a case's images or pixels. Of `f1max` [value, threshold] the value counts. */
function checkMetric(
  golden: GoldenFile,
  index: number,
  values: Readonly<Record<string, unknown>>,
  metric: string,
  expected: unknown,
): ConformanceItem {
  const item = `${golden.stem}/metrics${index}.${metric}`;
  const [, level, kind] = /^(image|pixel)_(auroc|ap|f1max)$/.exec(metric) ?? [];
  if (level === undefined)
    return notAvailable(item, metric.startsWith('aupro') ? 'AUPRO' : `the metric ${metric}`);
  const tensor = (name: string) => {
    const found = golden.tensors.get(`metrics${index}.${name}`);
    if (!found) throw damaged(golden.jsonPath, `its tensors lack metrics${index}.${name}`);
    return found.data;
  };
  const labels = z.array(z.number()).safeParse(values['labels']);
  const wanted = metricValueSchema.safeParse(expected);
  if (!labels.success || !wanted.success)
    throw damaged(golden.jsonPath, `metrics.${index} has no ${metric} or no labels`);
  const scored =
    level === 'image'
      ? { scores: tensor('scores'), labels: labels.data }
      : { scores: tensor('maps'), labels: tensor('masks') };
  const computed = { auroc, ap: averagePrecision, f1max: (s: ScoredLabels) => f1Max(s)?.value ?? null }[
    kind as 'auroc' | 'ap' | 'f1max'
  ](scored);
  const value = typeof wanted.data === 'number' ? wanted.data : wanted.data[0];
  return compareItem(item, [computed ?? NaN], [1], { shape: [1], data: [value] }, tolerances.metric);
}
