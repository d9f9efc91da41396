import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { ImageCrop } from '../../../src-shared/domain/dataset.ts';
import { decodeRuns } from '../../../src-shared/mask/run-length.ts';
import { readMask, type MaskRaster } from '../../images/read-mask.ts';
import type { Repositories } from '../db/repositories.ts';
import { fromSystemError } from '../error-report.ts';
import { isInside } from '../is-inside.ts';

/** What is stored of an image, as far as its mask goes; a `DatasetImage` and a `LabelledImage` are such. */
export interface MaskedImage {
  readonly id: number;
  readonly maskPath: string | null;
  readonly crop?: ImageCrop | undefined;
}

/**
 * The ground-truth mask of an image, of the image's size, wherever it comes from: a file, a part of a file, or an
 * annotation. `root` is its data set's folder. Null where the image has none.
 * Throws as `readMask`, `not-found`, `forbidden` for a file that was linked out of the data set, `corrupt-file`.
 */
export async function readImageMask(
  images: Pick<Repositories['images'], 'drawnMask'>,
  root: string,
  { id, maskPath, crop }: MaskedImage,
): Promise<MaskRaster | null> {
  if (maskPath === null) return null;
  const drawn = images.drawnMask(id);
  if (drawn !== null) return { width: drawn.width, height: drawn.height, data: decodeRuns(drawn) };
  const file = await requireInside(root, maskPath);
  return await readMask(file, { crop });
}

async function requireInside(root: string, path: string): Promise<string> {
  const named = join(root, path);
  try {
    const [realRoot, file] = await Promise.all([realpath(root), realpath(named)]);
    if (isInside(realRoot, file)) return named;
  } catch (thrown) {
    throw fromSystemError(thrown, named);
  }
  throw new WorkbenchError('forbidden', `${named} leads out of its data set and is not read.`);
}
