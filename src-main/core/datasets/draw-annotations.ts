import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { cocoRunsToSpans, readCompressedRuns } from '../../../src-shared/mask/coco-runs.ts';
import { fillPolygon } from '../../../src-shared/mask/fill-polygon.ts';
import { emptySpans, spansToRuns, uniteSpans, type RowSpans } from '../../../src-shared/mask/row-spans.ts';
import type { RunLengthMask } from '../../../src-shared/mask/run-length.ts';
import type { JsonValue } from './parse-json.ts';

/** Rows take memory each, however narrow the image. */
const mostRows = 100_000;

/** Whether a `segmentation` of COCO is there at all; what is in it is looked at when it is drawn. */
export function hasOutline(segmentation: JsonValue | undefined): boolean {
  if (Array.isArray(segmentation)) return segmentation.length > 0;
  return typeof segmentation === 'object' && segmentation !== null && 'counts' in segmentation;
}

/**
 * The mask that COCO segmentations make together. `said` is the image's size as the annotation file has it.
 * Throws `incompatible` where the image has another size, `corrupt-file` for outlines that are none.
 */
export function drawAnnotations(
  segmentations: readonly (JsonValue | undefined)[],
  said: { readonly width: JsonValue | undefined; readonly height: JsonValue | undefined },
  widthPx: number,
  heightPx: number,
): RunLengthMask {
  requireSize(said.width, said.height, widthPx, heightPx);
  if (heightPx > mostRows) {
    throw new WorkbenchError('too-large', `An image of ${heightPx} rows is too high to draw its mask.`);
  }
  let spans = emptySpans(widthPx, heightPx);
  for (const segmentation of segmentations) {
    for (const part of partsOf(segmentation, widthPx, heightPx)) spans = uniteSpans(spans, part);
  }
  return spansToRuns(spans);
}

function* partsOf(
  segmentation: JsonValue | undefined,
  widthPx: number,
  heightPx: number,
): Generator<RowSpans> {
  if (Array.isArray(segmentation)) {
    // Some writers leave out the list around a single polygon.
    const polygons = segmentation.every((part) => typeof part === 'number') ? [segmentation] : segmentation;
    for (const polygon of polygons) yield fillPolygon(numbersOf(polygon, 'a polygon'), widthPx, heightPx);
    return;
  }
  if (typeof segmentation !== 'object' || segmentation === null) throw noOutline('an outline');
  const { counts, size } = segmentation;
  if (Array.isArray(size)) requireSize(size[1], size[0], widthPx, heightPx);
  const runs =
    typeof counts === 'string' ? readCompressedRuns(counts) : numbersOf(counts, 'a list of run lengths');
  yield cocoRunsToSpans(runs, widthPx, heightPx);
}

function numbersOf(value: JsonValue | undefined, what: string): number[] {
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'number' && Number.isFinite(one))) {
    throw noOutline(what);
  }
  return value as number[];
}

function noOutline(what: string): WorkbenchError {
  return new WorkbenchError(
    'corrupt-file',
    `An annotation has something else in place of ${what}; the mask is not used.`,
  );
}

function requireSize(
  width: JsonValue | undefined,
  height: JsonValue | undefined,
  widthPx: number,
  heightPx: number,
): void {
  if (typeof width !== 'number' || typeof height !== 'number') return;
  if (width === widthPx && height === heightPx) return;
  throw new WorkbenchError(
    'incompatible',
    `The annotations are for an image of ${width}×${height} pixels, it has ${widthPx}×${heightPx}. The mask is not used.`,
  );
}
