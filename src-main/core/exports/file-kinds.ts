import { setImmediate } from 'node:timers/promises';
import type { DatasetImage } from '../../../src-shared/domain/dataset.ts';
import type { ExportKind, ExportOptions } from '../../../src-shared/domain/export.ts';
import type { RunScale } from '../../../src-shared/domain/run.ts';
import { colouriseMap } from '../../../src-shared/maps/colourise.ts';
import { traceContours } from '../../../src-shared/maps/contour.ts';
import { labelComponents } from '../../../src-shared/mask/components.ts';
import { drawOver } from '../../images/draw-over.ts';
import { floatTiffHeader } from './float-tiff.ts';
import { writeGreyPng, type ByteSink } from './grey-png.ts';
import { mapRows, type SquareMap } from './map-rows.ts';
import { npyHeader } from './npy.ts';

/** Everything that a file of one image is made from. */
export interface MapSource {
  readonly image: DatasetImage;
  /** Absolute. */
  readonly imageFile: string;
  readonly map: SquareMap;
  readonly scale: RunScale;
  /** Null where the class has none; then it has no masks, and overlays without a contour. */
  readonly mapThreshold: number | null;
  /** Smaller regions of a mask are left out, in pixels of the map; 1: none is. */
  readonly regionAreaPx: number;
  readonly options: ExportOptions;
  readonly software: string;
  readonly signal: AbortSignal;
}

/** How files of one kind are called and written. */
export interface FileKind {
  suffix(options: ExportOptions): string;
  /** What happens with `options.size` null. */
  readonly ownSize: 'rendering' | 'original';
  write(source: MapSource, sink: ByteSink): Promise<void>;
}

export type MapKind = Exclude<ExportKind, 'csv' | 'json'>;

/** Kinds that are a file an image. */
export function isMapKind(kind: ExportKind): kind is MapKind {
  return kind !== 'csv' && kind !== 'json';
}

export const fileKinds: Readonly<Record<MapKind, FileKind>> = {
  'maps-png': {
    suffix: ({ names }) => (names === 'mvtec' ? '.png' : '_map.png'),
    ownSize: 'rendering',
    write: writeMapPng,
  },
  'maps-tiff': {
    suffix: ({ names }) => (names === 'mvtec' ? '.tiff' : '_map.tiff'),
    ownSize: 'rendering',
    write: writeMapTiff,
  },
  'maps-npy': {
    suffix: ({ names }) => (names === 'mvtec' ? '.npy' : '_map.npy'),
    ownSize: 'rendering',
    write: writeMapNpy,
  },
  masks: {
    suffix: ({ names }) => (names === 'mvtec' ? '.png' : '_mask.png'),
    ownSize: 'original',
    write: writeMask,
  },
  overlays: {
    suffix: ({ names, overlayFormat }) =>
      `${names === 'mvtec' ? '' : '_overlay'}${overlayFormat === 'png' ? '.png' : '.jpg'}`,
    ownSize: 'original',
    write: writeOverlay,
  },
};

function sizeOf({ image, map, options }: MapSource, kind: MapKind): { width: number; height: number } {
  return (options.size ?? fileKinds[kind].ownSize) === 'rendering'
    ? { width: map.sidePx, height: map.sidePx }
    : { width: image.widthPx, height: image.heightPx };
}

/** Blocks of rows with a pause between them, so that a window is never kept waiting for a large map. */
async function* pacedRows(
  { map, signal }: MapSource,
  width: number,
  height: number,
): AsyncGenerator<Float32Array> {
  for (const rows of mapRows(map, width, height)) {
    signal.throwIfAborted();
    yield rows;
    await setImmediate();
  }
}

/** 0 is the run's lowest value and 65535 its highest, for every image; the words in the file say which these are. */
async function writeMapPng(source: MapSource, sink: ByteSink): Promise<void> {
  const { mapMin: min, mapMax: max } = source.scale;
  const { width, height } = sizeOf(source, 'maps-png');
  const factor = max > min ? 65_535 / (max - min) : 0;
  async function* blocks(): AsyncGenerator<Uint8Array> {
    for await (const rows of pacedRows(source, width, height)) {
      const bytes = Buffer.alloc(rows.length * 2);
      for (let i = 0; i < rows.length; i++) {
        const level = Math.round(((rows[i] as number) - min) * factor);
        // NaN compares as false and becomes 0.
        bytes.writeUInt16BE(level > 0 ? Math.min(65_535, level) : 0, 2 * i);
      }
      yield bytes;
    }
  }
  const texts = { Software: source.software, MapMin: String(min), MapMax: String(max) };
  await writeGreyPng(sink, { width, height, bitDepth: 16, texts }, blocks());
}

async function writeMapTiff(source: MapSource, sink: ByteSink): Promise<void> {
  const { mapMin: min, mapMax: max } = source.scale;
  const { width, height } = sizeOf(source, 'maps-tiff');
  await sink(floatTiffHeader({ width, height, scale: { min, max }, software: source.software }));
  await writeFloats(source, width, height, sink);
}

async function writeMapNpy(source: MapSource, sink: ByteSink): Promise<void> {
  const { width, height } = sizeOf(source, 'maps-npy');
  await sink(npyHeader(height, width));
  await writeFloats(source, width, height, sink);
}

async function writeFloats(source: MapSource, width: number, height: number, sink: ByteSink): Promise<void> {
  for await (const rows of pacedRows(source, width, height)) {
    const bytes = Buffer.alloc(rows.length * 4);
    // Little-endian whatever the machine is.
    for (let i = 0; i < rows.length; i++) bytes.writeFloatLE(rows[i] as number, 4 * i);
    await sink(bytes);
  }
}

/** 255 where the map is at or above the threshold, regions that are too small left out. */
async function writeMask(source: MapSource, sink: ByteSink): Promise<void> {
  const { mapThreshold, map, options } = source;
  const { width, height } = sizeOf(source, 'masks');
  const minAreaPx = Math.max(
    options.minRegionAreaPx,
    Math.round((source.regionAreaPx * width * height) / map.sidePx ** 2),
  );
  const threshold = mapThreshold ?? Infinity;
  async function* blocks(): AsyncGenerator<Uint8Array> {
    for await (const rows of pacedRows(source, width, height)) {
      const inside = new Uint8Array(rows.length);
      for (let i = 0; i < rows.length; i++) if ((rows[i] as number) >= threshold) inside[i] = 255;
      yield inside;
    }
  }
  const png = { width, height, bitDepth: 8, texts: { Software: source.software } } as const;
  if (minAreaPx <= 1) return await writeGreyPng(sink, png, blocks());
  const whole = new Uint8Array(width * height);
  let at = 0;
  for await (const block of blocks()) {
    whole.set(block, at);
    at += block.length;
  }
  removeSmallRegions(whole, width, height, minAreaPx);
  await writeGreyPng(sink, png, [whole]);
}

/** Clears 8-connected regions of fewer than `minAreaPx` pixels. */
export function removeSmallRegions(mask: Uint8Array, width: number, height: number, minAreaPx: number): void {
  const { labels, count } = labelComponents(mask, width, height);
  const areas = new Uint32Array(count + 1);
  for (const label of labels) areas[label] = (areas[label] as number) + 1;
  for (let i = 0; i < mask.length; i++) if ((areas[labels[i] as number] as number) < minAreaPx) mask[i] = 0;
}

/** The image under the heat of its map, on the run's scale, with the line where the map crosses the threshold. */
async function writeOverlay(source: MapSource, sink: ByteSink): Promise<void> {
  const { image, imageFile, map, scale, mapThreshold, options } = source;
  const { width, height } = sizeOf(source, 'overlays');
  const rgba = new Uint8ClampedArray(map.data.length * 4);
  const { mapMin: min, mapMax: max } = scale;
  const { colourMap, opacity } = options;
  const opaqueFrom = mapThreshold ?? max;
  colouriseMap(map.data, { colourMap, min, max, opacity, threshold: null, fadesIn: true, opaqueFrom }, rgba);
  const lines =
    options.contour && mapThreshold !== null
      ? traceContours(map.data, map.sidePx, map.sidePx, mapThreshold)
      : [];
  await setImmediate();
  const bytes = await drawOver(
    imageFile,
    {
      width,
      height,
      layer: { rgba, sidePx: map.sidePx },
      lines: lines.map(({ points, isClosed }) => ({
        isClosed,
        points: points.map((value, i) => (value / map.sidePx) * (i % 2 === 0 ? width : height)),
      })),
      format: options.overlayFormat,
    },
    { crop: image.crop },
  );
  source.signal.throwIfAborted();
  await sink(bytes);
}
