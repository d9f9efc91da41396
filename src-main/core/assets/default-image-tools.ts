import sharp from 'sharp';
import { decodeImage } from '../../images/decode-image.ts';
import type { ImageTools } from './image-tools.ts';

/** `src-main/images` as the core uses it. */
export const defaultImageTools: ImageTools = {
  async probe(file) {
    const { width, height } = await decodeImage(file);
    return { widthPx: width, heightPx: height };
  },
  async thumbnail(file, sizePx) {
    const { width, height, data } = await decodeImage(file);
    return await sharp(data, { raw: { width, height, channels: 3 } })
      .resize(sizePx, sizePx, { fit: 'inside', withoutEnlargement: true })
      .jpeg({ quality: 82 })
      .toBuffer();
  },
  async display(file) {
    const { width, height, data } = await decodeImage(file);
    const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
      .png({ compressionLevel: 3 })
      .toBuffer();
    return { kind: 'bytes', contentType: 'image/png', bytes };
  },
  async mask(file) {
    const { width, height, data } = await decodeImage(file);
    const grey = Uint8Array.from({ length: width * height }, (_, i) => ((data[i * 3] ?? 0) > 0 ? 255 : 0));
    return await sharp(grey, { raw: { width, height, channels: 1 } }).png().toBuffer();
  },
};
