import { useLayoutEffect, useMemo, useState } from 'react';
import type { RunScale } from '../../../src-shared/domain/run.ts';
import { paintHeatMap } from '../../canvas/heat-map.ts';
import type { PixelMap } from '../../canvas/pixel-map.ts';
import { useOverlayStore } from '../../state/overlay.ts';

/** A pane's heat map on the scale of its own run; `version` changes whenever it was painted anew. */
export function usePaneHeat(
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
