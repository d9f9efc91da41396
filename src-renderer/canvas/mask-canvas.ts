/**
 * Draws a mask image (any grey above 0 is anomalous, as the papers evaluate) as a hatched area with an edge of black and
 * white dashes: no colour of its own, so it stays apart from heat and contour on every picture.
 */
export function drawMask(mask: HTMLImageElement): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = mask.naturalWidth;
  canvas.height = mask.naturalHeight;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return canvas;
  context.drawImage(mask, 0, 0);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  hatchMask(pixels.data, canvas.width, canvas.height);
  context.putImageData(pixels, 0, 0);
  return canvas;
}

/* RGBA, little-endian. */
const clear = 0;
const white = 0xffffffff;
const black = 0xff000000;
const hatch = 0x8cffffff;

/** Replaces a mask's RGBA by hatching and a dashed edge, in place. */
export function hatchMask(rgba: Uint8ClampedArray, width: number, height: number): void {
  const pixels = new Uint32Array(rgba.buffer, rgba.byteOffset, width * height);
  const inside = new Uint8Array(width * height);
  for (let i = 0; i < inside.length; i++) inside[i] = (rgba[4 * i] ?? 0) > 0 ? 1 : 0;
  // Lines that are visible when a large mask is shown small.
  const reach = Math.max(1, Math.round(Math.max(width, height) / 400));
  const isInside = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && inside[y * width + x] === 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (inside[at] === 0) {
        pixels[at] = clear;
        continue;
      }
      const isEdge =
        !isInside(x - reach, y) ||
        !isInside(x + reach, y) ||
        !isInside(x, y - reach) ||
        !isInside(x, y + reach);
      const stripe = Math.floor((x + y) / (reach * 3)) % 3;
      if (isEdge) pixels[at] = Math.floor((x + y) / (reach * 4)) % 2 === 0 ? white : black;
      else pixels[at] = stripe === 0 ? hatch : clear;
    }
  }
}
