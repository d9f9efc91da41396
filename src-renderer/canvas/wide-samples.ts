import { assetPaths } from '../../src-shared/contract/asset-paths.ts';
import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import { ResourceCache } from './resource-cache.ts';
import type { Resource } from './use-resource.ts';

/** All grey values of a 16-bit image, row-major. */
export interface WideSamples {
  readonly width: number;
  readonly height: number;
  readonly data: Uint16Array;
}

const samples = new ResourceCache<WideSamples | 'narrow'>(3);

/** The samples of a 16-bit grey image; `narrow` where the image has 8 bits or colours and the browser shows all there is. */
export function wideSamplesResource(imageId: number): Resource<WideSamples | 'narrow'> {
  const address = assetPaths.samples(imageId);
  return {
    key: address,
    peek: () => samples.peek(address),
    load: () => samples.load(address, () => fetchSamples(address)),
  };
}

async function fetchSamples(address: string): Promise<WideSamples | 'narrow'> {
  const response = await fetch(address);
  if (!response.ok) throw new WorkbenchError('unreadable', await response.text());
  const bytes = await response.arrayBuffer();
  const view = new DataView(bytes);
  const [width, height] = [view.getUint32(0, true), view.getUint32(4, true)];
  if (width === 0) return 'narrow';
  return { width, height, data: new Uint16Array(bytes, 8, width * height) };
}

/** Middle and width of the shown grey values, as shares of all (0-1). */
export interface Levels {
  readonly level: number;
  readonly window: number;
}

/** Black below the window, white above it, in between in proportion; `canvas` takes the size of the image. */
export function paintWideSamples(
  { width, height, data }: WideSamples,
  { level, window }: Levels,
  canvas: HTMLCanvasElement,
): void {
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext('2d');
  if (!context) return;
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const greys = makeGreyTable({ level, window });
  for (let i = 0; i < pixels.length; i++) pixels[i] = greys[data[i] ?? 0] ?? 0;
  context.putImageData(image, 0, 0);
}

/** RGBA (little-endian, opaque) of each of the 65,536 grey values. */
export function makeGreyTable({ level, window }: Levels): Uint32Array {
  const table = new Uint32Array(65_536);
  const low = level - window / 2;
  for (let value = 0; value < table.length; value++) {
    const share = (value / 65_535 - low) / window;
    const grey = Math.round(255 * Math.min(1, Math.max(0, share)));
    table[value] = 0xff000000 + grey * 0x10101;
  }
  return table;
}
