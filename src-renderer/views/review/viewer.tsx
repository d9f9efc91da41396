import { memo, useLayoutEffect, useMemo, useState } from 'react';
import type { Run } from '../../../src-shared/domain/run.ts';
import { traceContours } from '../../../src-shared/maps/contour.ts';
import { paintHeatMap } from '../../canvas/heat-map.ts';
import { ImageStage } from '../../canvas/image-stage.tsx';
import { imageResource, maskResource, thumbnailResource } from '../../canvas/load-image.ts';
import { drawMask } from '../../canvas/mask-canvas.ts';
import { pixelMapResource, sampleMap, type PixelMap } from '../../canvas/pixel-map.ts';
import { useResource } from '../../canvas/use-resource.ts';
import type { Point } from '../../canvas/viewport.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatScore } from '../../state/format.ts';
import { useOverlayStore } from '../../state/overlay.ts';
import { useImage } from '../../state/queries.ts';
import { useRegionStore } from '../../state/regions.ts';
import { OverlayStrip } from './overlay-strip.tsx';
import styles from './viewer.module.css';

interface ViewerProps {
  readonly imageId: number;
  readonly run: Run;
  /** Whether the run has a score and a map of it. */
  readonly isScored: boolean;
  readonly mapThreshold: number | null;
}

/** The image with what the run says of it laid over. */
export const Viewer = memo(function Viewer({ imageId, run, isScored, mapThreshold }: ViewerProps) {
  const overlay = useOverlayStore((state) => state.overlay);
  const highlight = useRegionStore((state) => state.highlight);
  const [point, setPoint] = useState<Point | null>(null);
  const row = useImage(imageId, run.id);
  const picture = useResource(imageResource(imageId));
  const thumbnail = useResource(picture.value ? null : thumbnailResource(imageId, 256));
  const hasMask = row.data !== undefined && row.data.image.maskPath !== null;
  const mask = useResource(overlay.groundTruth && hasMask ? maskResource(imageId) : null);
  const map = useResource(isScored ? pixelMapResource(run.id, imageId, run.rendering) : null);

  const shown = picture.value ?? thumbnail.value ?? null;
  const image = row.data?.image;
  const size = useMemo(
    () => ({
      width: image?.widthPx ?? shown?.naturalWidth ?? 1,
      height: image?.heightPx ?? shown?.naturalHeight ?? 1,
    }),
    [image?.widthPx, image?.heightPx, shown?.naturalWidth, shown?.naturalHeight],
  );
  const maskCanvas = useMemo(() => (mask.value ? drawMask(mask.value) : null), [mask.value]);
  const heat = useHeat(map.value, run, mapThreshold);
  const contours = useMemo(
    () =>
      map.value && overlay.contour && mapThreshold !== null
        ? traceContours(map.value.data, map.value.sizePx, map.value.sizePx, mapThreshold)
        : [],
    [map.value, overlay.contour, mapThreshold],
  );

  const error = picture.error ?? map.error ?? mask.error ?? row.error;
  return (
    <section className={styles.viewer} aria-label="Viewer">
      <OverlayStrip hasMask={hasMask} />
      <div className={styles.stage}>
        <ImageStage
          picture={shown}
          image={size}
          invert={overlay.invert}
          heat={heat.canvas}
          heatVersion={heat.version}
          opacity={overlay.opacity}
          contours={contours}
          mapSizePx={map.value?.sizePx ?? 1}
          mask={maskCanvas}
          highlight={highlight}
          onPoint={setPoint}
          label={image ? `Image ${image.path}` : 'Image'}
        />
        {point && <output className={styles.readOut}>{readOut(point, map.value, size, run)}</output>}
        {error !== null && error !== undefined && (
          <div className={styles.error}>
            <ErrorNotice
              title={image ? `${image.path} cannot be shown whole` : 'This image cannot be shown'}
              error={error}
            />
          </div>
        )}
      </div>
    </section>
  );
});

/** `x 123  y 45  map 0.734`. */
function readOut(
  point: Point,
  map: PixelMap | undefined,
  size: { width: number; height: number },
  run: Run,
): string {
  const parts = [`x ${Math.floor(point.x)}`, `y ${Math.floor(point.y)}`];
  if (map && run.scale) {
    const value = sampleMap(map, point.x / size.width, point.y / size.height);
    parts.push(`map ${formatScore(value, run.scale.mapMax - run.scale.mapMin)}`);
  }
  return parts.join('   ');
}

/** The heat map's canvas, painted anew whenever map, scale, colours or cut change; opacity costs nothing. */
function useHeat(map: PixelMap | undefined, { scale }: Run, mapThreshold: number | null) {
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
