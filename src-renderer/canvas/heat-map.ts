// What lives here: the viewer's canvas: where the image stands, what is laid over it, and the maps behind that.
// What may not: panels and lists (views), and calls to the core other than reading assets.
import {
  colouriseLevels,
  colouriseMap,
  levelsOfMap,
  type MapLevels,
} from '../../src-shared/maps/colourise.ts';
import type { ColourMapName } from '../../src-shared/maps/colour-maps.ts';
import type { PixelMap } from './pixel-map.ts';

export interface HeatColours {
  readonly colourMap: ColourMapName;
  /** The run's scale, never the image's. */
  readonly min: number;
  readonly max: number;
  /** Values below it are clear; null: everything is coloured. */
  readonly threshold: number | null;
  /** Heat fades in up to this value, so that what is quiet stays as the camera saw it. */
  readonly opaqueFrom: number;
}

/**
 * A pixel map in colours on a canvas of its own size. Opacity is left to whoever draws the canvas.
 */
export function paintHeatMap(map: PixelMap, colours: HeatColours, canvas: HTMLCanvasElement): void {
  if (canvas.width !== map.sizePx || canvas.height !== map.sizePx) {
    canvas.width = map.sizePx;
    canvas.height = map.sizePx;
  }
  const context = canvas.getContext('2d');
  if (!context) return;
  const pixels = pixelsOf(map.sizePx);
  const colouring = { ...colours, opacity: 1, fadesIn: true };
  if (colours.threshold === null) colouriseLevels(levelsFor(map, colours), colouring, pixels.data);
  else colouriseMap(map.data, colouring, pixels.data);
  context.putImageData(pixels, 0, 0);
}

interface KnownLevels {
  readonly min: number;
  readonly max: number;
  readonly levels: MapLevels;
}

const known = new WeakMap<PixelMap, KnownLevels>();

/** While a threshold is dragged, a map stays where it is on its scale. */
function levelsFor(map: PixelMap, { min, max }: HeatColours): MapLevels {
  const found = known.get(map);
  if (found?.min === min && found.max === max) return found.levels;
  const levels = levelsOfMap(map.data, { min, max });
  known.set(map, { min, max, levels });
  return levels;
}

/** The last one, used again: a new one for every frame of a drag is a megabyte each to clear and to collect. */
let lastPixels: ImageData | null = null;

function pixelsOf(sizePx: number): ImageData {
  if (lastPixels?.width !== sizePx) lastPixels = new ImageData(sizePx, sizePx);
  return lastPixels;
}
