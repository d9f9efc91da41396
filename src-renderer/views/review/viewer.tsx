import { memo, useLayoutEffect, useMemo, useState } from 'react';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { VerdictValue } from '../../../src-shared/domain/verdict.ts';
import { traceContours } from '../../../src-shared/maps/contour.ts';
import { paintHeatMap } from '../../canvas/heat-map.ts';
import { ImageStage } from '../../canvas/image-stage.tsx';
import {
  imageResource,
  maskResource,
  modelViewResource,
  thumbnailResource,
} from '../../canvas/load-image.ts';
import { drawMask } from '../../canvas/mask-canvas.ts';
import { patchSquaresResource, pixelMapResource, sampleMap, type PixelMap } from '../../canvas/pixel-map.ts';
import { useResource } from '../../canvas/use-resource.ts';
import type { Point, Size } from '../../canvas/viewport.ts';
import { paintWideSamples, wideSamplesResource } from '../../canvas/wide-samples.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { StateMark, verdictWords } from '../../components/state-mark.tsx';
import { fileName, formatScore } from '../../state/format.ts';
import { narrowestWindow, useOverlayStore, type OverlaySettings } from '../../state/overlay.ts';
import { useImage } from '../../state/queries.ts';
import { useRegionStore } from '../../state/regions.ts';
import { OverlayStrip } from './overlay-strip.tsx';
import { PictureTools } from './picture-menu.tsx';
import styles from './viewer.module.css';

interface ViewerProps {
  readonly imageId: number;
  readonly run: Run;
  /** Whether the run has a score and a map of it. */
  readonly isScored: boolean;
  readonly mapThreshold: number | null;
  readonly verdict: VerdictValue | null;
  readonly isUnsaved: boolean;
  /** Whether everything that the run and the label say is hidden. */
  readonly isHidden: boolean;
}

/** The image with what the run says of it laid over. */
export const Viewer = memo(function Viewer(props: ViewerProps) {
  const { imageId, run, isHidden, mapThreshold } = props;
  const isScored = props.isScored && !isHidden;
  const overlay = useOverlayStore((state) => state.overlay);
  const highlight = useRegionStore((state) => state.highlight);
  const [point, setPoint] = useState<Point | null>(null);
  const row = useImage(imageId, run.id);
  const picture = useResource(imageResource(imageId));
  const thumbnail = useResource(picture.value ? null : thumbnailResource(imageId, 256));
  const hasMask = !isHidden && row.data !== undefined && row.data.image.maskPath !== null;
  const square = useResource(overlay.modelView ? modelViewResource(run.id, imageId) : null);
  const mask = useResource(overlay.groundTruth && hasMask ? maskResource(imageId) : null);
  const map = useResource(isScored ? pixelMapResource(run.id, imageId, run.rendering) : null);

  const patches = useResource(
    isScored && overlay.patches ? patchSquaresResource(run.id, imageId, run.rendering) : null,
  );
  const levels = useLevels(imageId, overlay);

  const whole = picture.value ?? thumbnail.value ?? null;
  const image = row.data?.image;
  const wholeSize = useMemo(
    () => ({
      width: image?.widthPx ?? whole?.naturalWidth ?? 1,
      height: image?.heightPx ?? whole?.naturalHeight ?? 1,
    }),
    [image?.widthPx, image?.heightPx, whole?.naturalWidth, whole?.naturalHeight],
  );
  const { sizePx } = run.rendering;
  const size = useMemo(
    () => (overlay.modelView ? { width: sizePx, height: sizePx } : wholeSize),
    [overlay.modelView, sizePx, wholeSize],
  );
  const shown = overlay.modelView ? (square.value ?? null) : (levels.canvas ?? whole);
  const maskCanvas = useMemo(() => (mask.value ? drawMask(mask.value) : null), [mask.value]);
  const heat = useHeat(overlay.patches ? (patches.value ?? map.value) : map.value, run, mapThreshold);
  const contours = useMemo(
    () =>
      map.value && overlay.contour && mapThreshold !== null
        ? traceContours(map.value.data, map.value.sizePx, map.value.sizePx, mapThreshold)
        : [],
    [map.value, overlay.contour, mapThreshold],
  );

  const error = picture.error ?? square.error ?? map.error ?? mask.error ?? levels.error ?? row.error;
  const name = image && (isHidden ? fileName(image.path) : image.path);
  return (
    <section className={styles.viewer} aria-label="Viewer">
      <OverlayStrip hasMask={hasMask} isHidden={isHidden}>
        <PictureTools />
      </OverlayStrip>
      <div className={styles.stage}>
        <ImageStage
          picture={shown}
          image={size}
          invert={overlay.invert}
          levels={levels.filter}
          smoothing={overlay.smoothing}
          onLevels={changeLevels}
          heat={heat.canvas}
          heatVersion={heat.version}
          opacity={overlay.opacity}
          contours={contours}
          mapSizePx={map.value?.sizePx ?? 1}
          mask={maskCanvas}
          highlight={highlight && stretch(highlight, wholeSize, size)}
          onPoint={setPoint}
          label={name === undefined ? 'Image' : `Image ${name}`}
        />
        <div className={styles.badges}>
          {props.verdict !== null && (
            <span className={styles.badge} data-testid="verdict-badge">
              <StateMark kind={props.verdict} sizePx={14} onImage />
              {verdictWords[props.verdict]}
              {props.isUnsaved && ' · not stored yet'}
            </span>
          )}
          {overlay.modelView && (
            <span className={styles.badge}>
              As the model saw it: {sizePx}×{sizePx} px
            </span>
          )}
          {isHidden && <span className={styles.badge}>Blinded</span>}
        </div>
        {point && <output className={styles.readOut}>{readOut(point, map.value, size, run)}</output>}
        {error !== null && error !== undefined && (
          <div className={styles.error}>
            <ErrorNotice
              title={image ? `${fileName(image.path)} cannot be shown whole` : 'This image cannot be shown'}
              error={error}
            />
          </div>
        )}
      </div>
    </section>
  );
});

/** A box of the image where the image is drawn as another size. */
function stretch(box: Point & Size, from: Size, to: Size): Point & Size {
  const [across, down] = [to.width / from.width, to.height / from.height];
  return { x: box.x * across, y: box.y * down, width: box.width * across, height: box.height * down };
}

/** Across: the window; up and down: the level, as radiologists' viewers have it. */
const dragPx = 512;

function changeLevels(delta: Point): void {
  const { overlay, change } = useOverlayStore.getState();
  const clamp = (value: number, low: number) => Math.min(1, Math.max(low, value));
  change({
    window: clamp(overlay.window + delta.x / dragPx, narrowestWindow),
    level: clamp(overlay.level + delta.y / dragPx, 0),
  });
}

/**
 * Window and level: 8 bits by a filter on the canvas; of a 16-bit image every grey value is read and laid out, since the
 * browser's picture of it has 256 left.
 */
function useLevels(imageId: number, { level, window, modelView }: OverlaySettings) {
  const isNarrowed = window < 1 || level !== 0.5;
  const samples = useResource(isNarrowed && !modelView ? wideSamplesResource(imageId) : null);
  const wide = samples.value === 'narrow' ? null : (samples.value ?? null);
  const canvas = useMemo(() => {
    if (wide === null || !isNarrowed) return null;
    const made = document.createElement('canvas');
    paintWideSamples(wide, { level, window }, made);
    return made;
  }, [wide, isNarrowed, level, window]);
  const filter = useMemo(
    () => (isNarrowed && canvas === null ? { level, window } : null),
    [isNarrowed, canvas, level, window],
  );
  return { canvas, filter, error: samples.error };
}

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
