import { join } from 'node:path';
import { toErrorShape, type ErrorShape } from '../../../src-shared/contract/errors.ts';
import type { ImageCrop, ProblemCode } from '../../../src-shared/domain/dataset.ts';
import type { ImageRecord, KnownImage } from '../db/images-repository.ts';
import { fromSystemError } from '../error-report.ts';
import type { LayoutEntry } from './layout.ts';
import { fileFacts, ofFile, type ProbeEntryOptions } from './entry-files.ts';
import { examineMask } from './examine-mask.ts';

/**
 * What to store of an image, null for one that cannot be used. A mask that does not fit is left out, the image stays. A
 * known image that cannot be looked at just now (a lock, permissions, a disk error) stays as it was known, with its results.
 */
export async function probeEntry(options: ProbeEntryOptions): Promise<ImageRecord | null> {
  const { root, entry, known, probe, problems, unsettled } = options;
  const filePath = entry.part?.filePath ?? entry.path;
  if (
    unsettled?.has(filePath) === true ||
    (entry.maskPath !== null && unsettled?.has(entry.maskPath) === true)
  ) {
    return known === undefined ? null : asKnown(entry, known);
  }
  try {
    const file = await fileFacts(join(root, filePath));
    const unchanged =
      known !== undefined && known.sizeBytes === file.sizeBytes && known.modifiedAtMs === file.modifiedAtMs;
    const whole = unchanged ? null : await probe(join(root, filePath));
    const seen = whole === null ? known : regionIn(entry, whole);
    if (seen === undefined) return null;
    const said =
      whole === null
        ? options.severalPages?.get(entry.path)
        : whole.pages === undefined
          ? undefined
          : pagesNote(whole.pages);
    if (said !== undefined) problems.push({ path: entry.path, code: 'several-pages', message: said });
    const region = {
      widthPx: seen.widthPx,
      heightPx: seen.heightPx,
      ...(seen.filePath === undefined ? {} : { filePath: seen.filePath }),
      ...(seen.crop === undefined ? {} : { crop: seen.crop }),
    };
    const mask = await examineMask({ ...options, known: unchanged ? known : undefined, region });
    const { path, className, split, defect } = entry;
    return { path, className, split, defect, ...region, ...file, ...mask };
  } catch (thrown) {
    const { code, message } = toErrorShape(fromSystemError(thrown, filePath));
    problems.push({ path: entry.path, code: imageProblem(code), message: ofFile(message, root, filePath) });
    return known !== undefined && passingCodes.has(code) ? asKnown(entry, known) : null;
  }
}

function pagesNote(pages: number): string {
  return `It has ${pages} pages or frames; the first is the image, the others are not read.`;
}

/** The image's own size, and where in its file it lies; of an odd number of rows the bottom half has one more. */
function regionIn(
  { part }: LayoutEntry,
  whole: { widthPx: number; heightPx: number },
): { widthPx: number; heightPx: number; filePath?: string; crop?: ImageCrop } {
  const { widthPx, heightPx } = whole;
  if (part === undefined) return { widthPx, heightPx };
  const middle = Math.max(1, Math.floor(heightPx / 2));
  const [y, height] = part.half === 'top' ? [0, middle] : [middle, Math.max(1, heightPx - middle)];
  const crop = { x: 0, y, width: widthPx, height };
  return { widthPx, heightPx: height, filePath: part.filePath, crop };
}

/** Errors that say nothing of the file's content: the next import may well read it. */
const passingCodes: ReadonlySet<ErrorShape['code']> = new Set(['unreadable', 'forbidden', 'busy']);

function asKnown(entry: LayoutEntry, { id: _, ...known }: KnownImage): ImageRecord {
  const { path, className, split, defect, label } = entry;
  return { split, defect, ...known, path, className, label: label ?? known.label, drawnMask: 'as-stored' };
}

function imageProblem(code: ErrorShape['code']): ProblemCode {
  if (code === 'unsupported') return 'unsupported-format';
  return code === 'too-large' ? 'image-too-large' : 'unreadable-image';
}
