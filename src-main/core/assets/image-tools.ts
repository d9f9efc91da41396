import type { GreyWindow, ThumbnailSize } from '../../../src-shared/contract/asset-paths.ts';
import type { ImageCrop } from '../../../src-shared/domain/dataset.ts';
import type { RunLengthMask } from '../../../src-shared/mask/run-length.ts';
import type { ImageProbe, MaskProbe } from '../datasets/entry-files.ts';

/** An image as it goes to a browser: the file itself where browsers read it, else its pixels as PNG. */
export type DisplayImage =
  | { readonly kind: 'file'; readonly contentType: string }
  | { readonly kind: 'bytes'; readonly contentType: string; readonly bytes: Uint8Array };

/** What the core needs of `src-main/images`; a test may put something else in its place. All throw `WorkbenchError`s. */
export interface ImageTools {
  readonly probe: ImageProbe;
  /** What a mask file marks, or the part `crop` of it. */
  readonly probeMask: MaskProbe;
  /** JPEG, the longer side at most `sizePx`; of the whole image or the part `crop`, as below. */
  thumbnail(file: string, sizePx: ThumbnailSize, crop?: ImageCrop): Promise<Uint8Array>;
  /** The same in a window of grey values. */
  windowed(
    file: string,
    sizePx: ThumbnailSize,
    levels: GreyWindow,
    crop?: ImageCrop,
  ): Promise<Uint8Array>;
  display(file: string, crop?: ImageCrop): Promise<DisplayImage>;
  /** The square of `sizePx` that a model is given, as PNG. */
  modelView(file: string, sizePx: number, crop?: ImageCrop): Promise<Uint8Array>;
  /** All samples of a 16-bit grey image in the form that `assetPaths.samples` names. */
  samples(file: string, crop?: ImageCrop): Promise<Uint8Array>;
  /** A ground-truth mask as PNG: white where anomalous. */
  mask(mask: RunLengthMask | string, crop?: ImageCrop): Promise<Uint8Array>;
}
