import sharp, { type Sharp } from 'sharp';
import type { ContourLine } from '../../src-shared/maps/contour.ts';
import { decodeBmp } from './decode-bmp.ts';
import { toDecodeError } from './image-errors.ts';
import { defaultMaxPixels, readImageFile, readImageHead, type ImageLimits } from './image-file.ts';
import { openPart } from './open-part.ts';
import { openForDisplay, openPixels } from './open-with-sharp.ts';

export interface Drawing {
  /** Of the result; the image is stretched to it. */
  readonly width: number;
  readonly height: number;
  /** RGBA, not premultiplied, `sidePx`×`sidePx`; stretched over the whole image. */
  readonly layer: { readonly rgba: Uint8ClampedArray; readonly sidePx: number };
  /** In pixels of the result. */
  readonly lines: readonly ContourLine[];
  readonly format: 'png' | 'jpeg';
}

const jpegQuality = 90;

/** An image with colours laid over it and lines on top: white on black, so that they show on anything. Throws as `decodeImage`. */
export async function drawOver(
  file: string,
  { width, height, layer, lines, format }: Drawing,
  { maxPixels = defaultMaxPixels, crop }: ImageLimits = {},
): Promise<Buffer> {
  try {
    const picture = await openPicture(file, maxPixels, crop);
    const colours = await sharp(layer.rgba, {
      raw: { width: layer.sidePx, height: layer.sidePx, channels: 4 },
    })
      .resize(width, height, { fit: 'fill', kernel: 'cubic' })
      .raw()
      .toBuffer();
    const image = picture
      .resize(width, height, { fit: 'fill' })
      .toColourspace('srgb')
      .composite([
        { input: colours, raw: { width, height, channels: 4 } },
        ...(lines.length === 0 ? [] : [{ input: Buffer.from(drawLines(lines, width, height)) }]),
      ]);
    return await (
      format === 'png' ? image.png({ compressionLevel: 6 }) : image.jpeg({ quality: jpegQuality })
    ).toBuffer();
  } catch (cause) {
    throw toDecodeError(file, cause, maxPixels);
  }
}

async function openPicture(file: string, maxPixels: number, crop: ImageLimits['crop']): Promise<Sharp> {
  const { format } = await readImageHead(file);
  if (crop !== undefined) return await openPart(file, format, crop, maxPixels);
  if (format !== 'bmp') return openForDisplay(file, maxPixels);
  const { data, width, height } = decodeBmp(file, (await readImageFile(file)).bytes, maxPixels);
  return openPixels(data, width, height);
}

function drawLines(lines: readonly ContourLine[], width: number, height: number): string {
  // As thick as it looks right on a screen that the whole image fits on.
  const thickness = Math.max(1, Math.min(width, height) / 400);
  const path = lines.map(({ points, isClosed }) => {
    const pairs: string[] = [];
    for (let i = 0; i + 1 < points.length; i += 2)
      pairs.push(`${(points[i] as number).toFixed(1)} ${(points[i + 1] as number).toFixed(1)}`);
    return `M${pairs.join('L')}${isClosed ? 'Z' : ''}`;
  });
  const stroke = (colour: string, opacity: number, widthPx: number) =>
    `<path d="${path.join('')}" fill="none" stroke="${colour}" stroke-opacity="${opacity}" stroke-width="${widthPx}" stroke-linejoin="round"/>`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `${stroke('#000', 0.6, thickness * 2.6)}${stroke('#fff', 1, thickness)}</svg>`
  );
}
