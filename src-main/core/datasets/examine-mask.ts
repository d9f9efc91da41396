import { join } from 'node:path';
import { toErrorShape } from '../../../src-shared/contract/errors.ts';
import type { ImageCrop, Label, ProblemCode } from '../../../src-shared/domain/dataset.ts';
import { maskArea } from '../../../src-shared/mask/run-length.ts';
import type { ImageRecord } from '../db/images-repository.ts';
import type { MaskFacts } from '../../images/probe-mask.ts';
import { fromSystemError } from '../error-report.ts';
import type { DrawnMask, LayoutEntry } from './layout.ts';
import { fileFacts, ofFile, type ProbeEntryOptions } from './entry-files.ts';

export interface ExamineMaskOptions extends ProbeEntryOptions {
  /** The image's own size and, for a part of a file, where it lies. */
  readonly region: { readonly widthPx: number; readonly heightPx: number; readonly crop?: ImageCrop };
}

type MaskResult = Required<
  Pick<ImageRecord, 'maskPath' | 'maskSizeBytes' | 'maskModifiedAtMs' | 'maskIsFull' | 'drawnMask' | 'label'>
>;

/**
 * What to store of an image's mask and, where the mask decides it, of its label. `known` is what is stored of an image
 * whose file did not change. What is wrong is told; a mask that cannot be right is not used, and never counts as «nothing
 * is anomalous».
 */
export async function examineMask(options: ExamineMaskOptions): Promise<MaskResult> {
  const { root, entry, known, problems } = options;
  const { maskPath, label } = entry;
  const none = { ...noMask, label };
  if (maskPath === null) return none;
  const tell = (code: ProblemCode, message: string) => problems.push({ path: maskPath, code, message });
  try {
    const file = await fileFacts(join(root, entry.drawn?.source ?? maskPath));
    const facts = { maskSizeBytes: file.sizeBytes, maskModifiedAtMs: file.modifiedAtMs };
    const isAsKnown =
      known?.maskSizeBytes === facts.maskSizeBytes && known.maskModifiedAtMs === facts.maskModifiedAtMs;
    if (isAsKnown && known.maskPath === maskPath && known.label === (label ?? known.label)) {
      if (known.maskIsFull) tell('mask-full', fullMask);
      const drawnMask = entry.drawn === undefined ? null : 'as-stored';
      return { maskPath, ...facts, maskIsFull: known.maskIsFull, drawnMask, label: known.label };
    }
    // Looked at before and found empty: a good image.
    const wasEmpty = isAsKnown && known.maskPath === null && known.label === 'good';
    if (wasEmpty && (label === 'good' || entry.emptyMask === 'good')) {
      return { ...none, ...facts, label: 'good' };
    }
    const seen = entry.drawn === undefined ? await lookAtFile(options, maskPath) : draw(options, entry.drawn);
    if (seen === null) return none;
    if (seen.marks === 'nothing') {
      if (label === 'good' || entry.emptyMask === 'good') return { ...none, ...facts, label: 'good' };
      tell('mask-empty', emptyMask(entry));
      return entry.emptyMask === 'unknown' ? { ...none, label: null } : none;
    }
    if (label === 'good') {
      tell(
        'mask-of-good',
        'Its image is labelled good, but the mask marks something; the mask is not used. Check which is right.',
      );
      return none;
    }
    const maskIsFull = seen.marks === 'everything';
    if (maskIsFull) tell('mask-full', fullMask);
    const decided = entry.emptyMask === 'good' ? 'anomalous' : label;
    return {
      maskPath,
      ...facts,
      maskIsFull,
      drawnMask: seen.drawnMask,
      label: decided satisfies Label | null,
    };
  } catch (thrown) {
    const { message } = toErrorShape(fromSystemError(thrown, maskPath));
    tell('unreadable-mask', ofFile(message, root, maskPath));
  }
  return none;
}

const noMask = {
  maskPath: null,
  maskSizeBytes: null,
  maskModifiedAtMs: null,
  maskIsFull: false,
  drawnMask: null,
} as const;

const fullMask =
  'The mask marks every pixel. It is used as it is; look whether black and white are the wrong way round.';

function emptyMask({ emptyMask, path }: LayoutEntry): string {
  return emptyMask === 'unknown'
    ? `The mask marks nothing. Whether ${path} is good or the mask is wrong nothing says, so the image has no label.`
    : `The mask marks nothing, but ${path} is anomalous. It is not used; the image counts for image metrics only.`;
}

interface Seen {
  readonly marks: MaskFacts['marks'];
  readonly drawnMask: MaskResult['drawnMask'];
}

/** Null where the mask does not fit; that has been told then. */
async function lookAtFile(
  { root, region, probeMask, problems }: ExamineMaskOptions,
  maskPath: string,
): Promise<Seen | null> {
  const { crop } = region;
  const { widthPx, heightPx, marks } = await probeMask(join(root, maskPath), crop);
  // A part of a file is cut out of a mask of the whole file's size: both halves begin at its left and cover its width.
  const fits =
    crop === undefined
      ? widthPx === region.widthPx && heightPx === region.heightPx
      : widthPx === crop.width && coversHalf(heightPx, crop);
  if (fits) return { marks, drawnMask: null };
  problems.push({
    path: maskPath,
    code: 'mask-size-differs',
    message: `The mask has ${widthPx}×${heightPx} pixels, ${crop === undefined ? `its image ${region.widthPx}×${region.heightPx}` : 'the picture it belongs to has other sides'}. It is not used; make it the image's size and import again.`,
  });
  return null;
}

function coversHalf(maskHeightPx: number, { y, height }: ImageCrop): boolean {
  return y === 0 ? Math.floor(maskHeightPx / 2) === height : maskHeightPx === y + height;
}

function draw({ entry, region, problems }: ExamineMaskOptions, { draw: drawMask }: DrawnMask): Seen | null {
  const path = entry.maskPath ?? entry.path;
  try {
    const mask = drawMask(region.widthPx, region.heightPx);
    if (mask === null) {
      problems.push({
        path: entry.path,
        code: 'mask-missing',
        message: 'Its annotations have boxes but no outlines; the image counts for image metrics only.',
      });
      return null;
    }
    const area = maskArea(mask);
    const marks = area === 0 ? 'nothing' : area === mask.width * mask.height ? 'everything' : 'some';
    return { marks, drawnMask: mask };
  } catch (thrown) {
    const { code, message } = toErrorShape(thrown);
    if (code === 'internal') throw thrown;
    problems.push({ path, code: code === 'incompatible' ? 'mask-size-differs' : 'unreadable-mask', message });
    return null;
  }
}
