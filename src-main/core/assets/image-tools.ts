import type { ThumbnailSize } from '../../../src-shared/contract/asset-paths.ts';
import type { ImageProbe } from '../datasets/probe-entry.ts';

/** An image as it goes to a browser: the file itself where browsers read it, else its pixels as PNG. */
export type DisplayImage =
  | { readonly kind: 'file'; readonly contentType: string }
  | { readonly kind: 'bytes'; readonly contentType: string; readonly bytes: Uint8Array };

/** What the core needs of `src-main/images`; a test may put something else in its place. All throw `WorkbenchError`s. */
export interface ImageTools {
  readonly probe: ImageProbe;
  /** JPEG, the longer side at most `sizePx`. */
  thumbnail(file: string, sizePx: ThumbnailSize): Promise<Uint8Array>;
  display(file: string): Promise<DisplayImage>;
  /** A ground-truth mask as PNG: white where anomalous. */
  mask(file: string): Promise<Uint8Array>;
}
