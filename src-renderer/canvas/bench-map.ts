import type { BenchResult } from '../../src-shared/domain/prompt-bench.ts';
import type { MapRendering } from '../../src-shared/domain/method.ts';
import { decodeFloat16 } from '../../src-shared/maps/float16.ts';
import { renderPixelMap } from '../../src-shared/maps/render-pixel-map.ts';
import type { PixelMap } from './pixel-map.ts';

/** Maps of a bench are drawn small, so that a dozen of them follow typing. */
const sidePx = 160;

/** The map of a bench's result, smaller than a run would draw it; null where it has none. */
export function benchMap(
  { rows, columns, map }: Pick<BenchResult, 'rows' | 'columns' | 'map'>,
  { sizePx, sigmaPx }: MapRendering,
): PixelMap | null {
  if (map === '') return null;
  const bytes = Uint8Array.from(atob(map), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const bits = Uint16Array.from({ length: rows * columns }, (_, index) => view.getUint16(2 * index, true));
  const side = Math.min(sizePx, sidePx);
  const small = { sizePx: side, sigmaPx: (sigmaPx * side) / sizePx };
  return { sizePx: side, data: renderPixelMap({ rows, columns, data: decodeFloat16(bits) }, small) };
}
