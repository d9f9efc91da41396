import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageCrop, Problem } from '../../../src-shared/domain/dataset.ts';
import { withoutFileName } from '../../images/image-errors.ts';
import type { MaskFacts } from '../../images/probe-mask.ts';
import type { KnownImage } from '../db/images-repository.ts';
import type { LayoutEntry } from './layout.ts';

/** Reads an image's size as it is shown (EXIF orientation applied) without decoding it. Throws what is wrong with it. */
export type ImageProbe = (
  file: string,
) => Promise<{ readonly widthPx: number; readonly heightPx: number; readonly pages?: number }>;
/** Reads what a mask, or a part of it, marks. Throws what is wrong with it. */
export type MaskProbe = (file: string, crop?: ImageCrop) => Promise<MaskFacts>;

export interface ProbeEntryOptions {
  readonly root: string;
  readonly entry: LayoutEntry;
  /** What is stored of the same path. */
  readonly known: KnownImage | undefined;
  readonly probe: ImageProbe;
  readonly probeMask: MaskProbe;
  /** What is found wrong is added here. */
  readonly problems: Problem[];
  /** Files (relative to the root) that are still being written: they are left for the next time. */
  readonly unsettled?: ReadonlySet<string> | undefined;
  /** Files that were found to have several pages, with what was said: of unchanged ones it is said again. */
  readonly severalPages?: ReadonlyMap<string, string> | undefined;
}

/** A problem has its path beside it. */
export function ofFile(message: string, root: string, path: string): string {
  return withoutFileName(withoutFileName(message, join(root, path)), path);
}

export async function fileFacts(file: string): Promise<{ sizeBytes: number; modifiedAtMs: number }> {
  const { size, mtimeMs } = await stat(file);
  return { sizeBytes: size, modifiedAtMs: mtimeMs };
}
