import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { toErrorShape, type ErrorShape } from '../../../src-shared/contract/errors.ts';
import type { Problem, ProblemCode } from '../../../src-shared/domain/dataset.ts';
import type { ImageRecord, KnownImage } from '../db/images-repository.ts';
import { withoutFileName } from '../../images/image-errors.ts';
import { fromSystemError } from '../error-report.ts';
import type { LayoutEntry } from './layout.ts';

/** Reads an image's size as it is shown (EXIF orientation applied) without decoding it. Throws what is wrong with it. */
export type ImageProbe = (file: string) => Promise<{ widthPx: number; heightPx: number }>;

export interface ProbeEntryOptions {
  readonly root: string;
  readonly entry: LayoutEntry;
  /** What is stored of the same path. */
  readonly known: KnownImage | undefined;
  readonly probe: ImageProbe;
  /** What is found wrong is added here. */
  readonly problems: Problem[];
}

/**
 * What to store of an image, null for one that cannot be used. A mask that does not fit is left out, the image stays. A
 * known image that cannot be looked at just now (a lock, permissions, a disk error) stays as it was known, with its results.
 */
export async function probeEntry({
  root,
  entry,
  known,
  probe,
  problems,
}: ProbeEntryOptions): Promise<ImageRecord | null> {
  try {
    const file = await fileFacts(join(root, entry.path));
    const unchanged =
      known !== undefined && known.sizeBytes === file.sizeBytes && known.modifiedAtMs === file.modifiedAtMs;
    const { widthPx, heightPx } = unchanged ? known : await probe(join(root, entry.path));
    const size = { widthPx, heightPx };
    const mask = await probeMask(
      { root, entry, known: unchanged ? known : undefined, probe, problems },
      size,
    );
    return { ...entry, ...size, ...file, ...mask };
  } catch (thrown) {
    const { code, message } = toErrorShape(fromSystemError(thrown, entry.path));
    problems.push({ path: entry.path, code: imageProblem(code), message: ofFile(message, root, entry.path) });
    return known !== undefined && passingCodes.has(code) ? asKnown(entry, known) : null;
  }
}

/** Errors that say nothing of the file's content: the next import may well read it. */
const passingCodes: ReadonlySet<ErrorShape['code']> = new Set(['unreadable', 'forbidden', 'busy']);

function asKnown(entry: LayoutEntry, { id: _, ...known }: KnownImage): ImageRecord {
  return { ...entry, ...known };
}

type MaskFacts = Pick<ImageRecord, 'maskPath' | 'maskSizeBytes' | 'maskModifiedAtMs'>;
const noMask: MaskFacts = { maskPath: null, maskSizeBytes: null, maskModifiedAtMs: null };

async function probeMask(
  { root, entry, known, probe, problems }: ProbeEntryOptions,
  image: { widthPx: number; heightPx: number },
): Promise<MaskFacts> {
  const { maskPath } = entry;
  if (maskPath === null) return noMask;
  try {
    const file = await fileFacts(join(root, maskPath));
    const facts = { maskPath, maskSizeBytes: file.sizeBytes, maskModifiedAtMs: file.modifiedAtMs };
    const unchanged =
      known?.maskPath === maskPath &&
      known.maskSizeBytes === file.sizeBytes &&
      known.maskModifiedAtMs === file.modifiedAtMs;
    if (unchanged) return facts;
    const mask = await probe(join(root, maskPath));
    if (mask.widthPx === image.widthPx && mask.heightPx === image.heightPx) return facts;
    problems.push({
      path: maskPath,
      code: 'mask-size-differs',
      message: `The mask has ${mask.widthPx}×${mask.heightPx} pixels, its image ${image.widthPx}×${image.heightPx}. It is not used; make it the image's size and import again.`,
    });
  } catch (thrown) {
    const { message } = toErrorShape(fromSystemError(thrown, maskPath));
    problems.push({ path: maskPath, code: 'unreadable-mask', message: ofFile(message, root, maskPath) });
  }
  return noMask;
}

/** A problem has its path beside it. */
function ofFile(message: string, root: string, path: string): string {
  return withoutFileName(withoutFileName(message, join(root, path)), path);
}

async function fileFacts(file: string): Promise<{ sizeBytes: number; modifiedAtMs: number }> {
  const { size, mtimeMs } = await stat(file);
  return { sizeBytes: size, modifiedAtMs: mtimeMs };
}

function imageProblem(code: ErrorShape['code']): ProblemCode {
  if (code === 'unsupported') return 'unsupported-format';
  return code === 'too-large' ? 'image-too-large' : 'unreadable-image';
}
