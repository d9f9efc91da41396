import sharp from 'sharp';

const jpegQuality = 82;

/** Colours as RGBA, not premultiplied, row-major; stretched over the whole image that they are laid on. */
export interface ColourLayer {
  readonly rgba: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  /** 0-1: of the layer as a whole, on top of its own alpha. */
  readonly opacity: number;
}

/** Lays colours over a picture (any encoded form that sharp reads), at the picture's size. */
export async function layOver(picture: Buffer, layer: ColourLayer): Promise<Buffer> {
  const { width, height } = await sharp(picture).metadata();
  const raw = { width: layer.width, height: layer.height, channels: 4 } as const;
  const rgba = layer.rgba.map((value, i) => (i % 4 === 3 ? value * layer.opacity : value));
  const stretched = await sharp(rgba, { raw }).resize(width, height, { fit: 'fill' }).png().toBuffer();
  return await sharp(picture)
    .composite([{ input: stretched }])
    .jpeg({ quality: jpegQuality })
    .toBuffer();
}
