import { useLayoutEffect, useMemo, useState } from 'react';
import type { RunScale } from '../../src-shared/domain/run.ts';
import { useOverlayStore } from '../state/overlay.ts';
import { paintHeatMap } from './heat-map.ts';
import type { PixelMap } from './pixel-map.ts';

/**
 * A heat map's canvas on the scale of its own run, painted anew whenever map, scale, colours or cut change, which
 * `version` tells; opacity costs nothing. Null while it is switched off or there is no map.
 */
export function useHeat(
  map: PixelMap | undefined,
  scale: RunScale | null,
  mapThreshold: number | null,
): { readonly canvas: HTMLCanvasElement | null; readonly version: unknown } {
  const { colourMap, visible, cutOff } = useOverlayStore((state) => state.overlay);
  const [canvas] = useState(() => document.createElement('canvas'));
  const min = scale?.mapMin ?? 0;
  const max = scale?.mapMax ?? 1;
  const opaqueFrom = mapThreshold ?? max;
  const threshold = cutOff ? mapThreshold : null;
  const paint = useMemo(
    () => (map && visible ? { map, colours: { colourMap, min, max, threshold, opaqueFrom } } : null),
    [map, visible, colourMap, min, max, threshold, opaqueFrom],
  );
  useLayoutEffect(() => {
    if (paint) paintHeatMap(paint.map, paint.colours, canvas);
  }, [paint, canvas]);
  return { canvas: paint ? canvas : null, version: paint };
}
