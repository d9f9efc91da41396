/** One pixel of a picture as it is stored: grey, or red, green and blue; `max` is the largest that it could be. */
export interface PixelValue {
  readonly channels: readonly number[];
  readonly max: number;
}

let probe: CanvasRenderingContext2D | null = null;

/** Reads one pixel of a decoded picture, 8 bits a channel; null where the browser does not let it be read. */
export function readPixel(picture: CanvasImageSource, x: number, y: number): PixelValue | null {
  if (probe === null) {
    const canvas = document.createElement('canvas');
    canvas.width = 1;
    canvas.height = 1;
    probe = canvas.getContext('2d', { willReadFrequently: true });
  }
  if (probe === null) return null;
  probe.clearRect(0, 0, 1, 1);
  probe.drawImage(picture, x, y, 1, 1, 0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = probe.getImageData(0, 0, 1, 1).data;
  return { channels: red === green && green === blue ? [red] : [red, green, blue], max: 255 };
}
