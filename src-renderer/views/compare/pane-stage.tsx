import { useCallback, useMemo, type KeyboardEvent } from 'react';
import type { Run } from '../../../src-shared/domain/run.ts';
import { traceContours } from '../../../src-shared/maps/contour.ts';
import { ImageStage, type StageArea } from '../../canvas/image-stage.tsx';
import { dragLevels } from '../../canvas/levels.ts';
import { maskResource, modelViewResource, sizeOfImage } from '../../canvas/load-image.ts';
import { drawMask } from '../../canvas/mask-canvas.ts';
import { patchSquaresResource, pixelMapResource, sampleMap, type PixelMap } from '../../canvas/pixel-map.ts';
import { useHeat } from '../../canvas/use-heat.ts';
import { usePicture } from '../review/use-picture.ts';
import { useResource } from '../../canvas/use-resource.ts';
import type { Point, Size } from '../../canvas/viewport.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatScore } from '../../state/format.ts';
import { useOverlayStore } from '../../state/overlay.ts';
import { useImage } from '../../state/queries.ts';
import { useViewportStore } from '../../state/viewport.ts';
import { say } from '../../texts/say.ts';
import styles from './pane.module.css';
import { usePointerStore } from './pointer.ts';

interface PaneStageProps {
  readonly token: string;
  readonly letter: string;
  readonly heading: string;
  readonly run: Run;
  /** The run whose square the first pane shows: the panes' viewport is of that. */
  readonly firstRun: Run;
  readonly imageId: number;
  readonly isScored: boolean;
  readonly mapThreshold: number | null;
}

/** The image under one run's map; pan, zoom and pointer are those of all panes. */
export function PaneStage(props: PaneStageProps) {
  const { token, run, firstRun, imageId, isScored, mapThreshold } = props;
  const overlay = useOverlayStore((state) => state.overlay);
  const row = useImage(imageId, run.id);
  const image = row.data?.image;
  const picture = usePicture(imageId, image?.path ?? null);
  const square = useResource(overlay.modelView ? modelViewResource(run.id, imageId) : null);
  const hasMask = image !== undefined && image.maskPath !== null;
  const mask = useResource(overlay.groundTruth && hasMask ? maskResource(imageId) : null);
  const map = useResource(isScored ? pixelMapResource(run.id, imageId, run.rendering) : null);
  const patches = useResource(
    isScored && overlay.patches ? patchSquaresResource(run.id, imageId, run.rendering) : null,
  );

  const { whole } = picture;
  const drawn = whole === null ? null : sizeOfImage(whole);
  const width = image?.widthPx ?? drawn?.width ?? 1;
  const height = image?.heightPx ?? drawn?.height ?? 1;
  const side = run.rendering.sizePx;
  const firstSide = firstRun.rendering.sizePx;
  const size = useMemo(
    () => (overlay.modelView ? { width: side, height: side } : { width, height }),
    [overlay.modelView, side, width, height],
  );
  // Squares of another size than the first pane's follow its viewport; images are all of one size.
  const linkedTo = useMemo(
    () => (overlay.modelView && side !== firstSide ? { width: firstSide, height: firstSide } : undefined),
    [overlay.modelView, side, firstSide],
  );
  const maskCanvas = useMemo(() => (mask.value ? drawMask(mask.value) : null), [mask.value]);
  const heat = useHeat(overlay.patches ? (patches.value ?? map.value) : map.value, run.scale, mapThreshold);
  const contours = useMemo(
    () =>
      map.value && overlay.contour && mapThreshold !== null
        ? traceContours(map.value.data, map.value.sizePx, map.value.sizePx, mapThreshold)
        : [],
    [map.value, overlay.contour, mapThreshold],
  );
  const movePointer = usePointerStore((state) => state.move);
  const onPoint = useCallback(
    (point: Point | null) => {
      movePointer(token, point && { x: point.x / size.width, y: point.y / size.height });
    },
    [movePointer, token, size],
  );
  const error = picture.error ?? square.error ?? map.error ?? mask.error ?? row.error;

  return (
    <div
      className={styles.stage}
      role="group"
      tabIndex={0}
      data-testid="pane-picture"
      aria-label={say(
        'Picture of {letter}: Shift and arrow keys point, Alt and arrow keys move the picture',
        {
          letter: props.letter,
        },
      )}
      onKeyDown={(event) => {
        if (movePicture(event) || movePointerBy(event, token)) event.preventDefault();
      }}
      onBlur={() => {
        movePointer(token, null);
      }}
    >
      <ImageStage
        picture={overlay.modelView ? (square.value ?? null) : picture.shown}
        image={size}
        {...(linkedTo ? { linkedTo } : {})}
        invert={overlay.invert}
        levels={overlay.modelView ? null : picture.filter}
        smoothing={overlay.smoothing}
        onLevels={changeLevels}
        heat={heat.canvas}
        heatVersion={heat.version}
        opacity={overlay.opacity}
        contours={contours}
        mapSizePx={map.value?.sizePx ?? 1}
        mask={maskCanvas}
        highlight={null}
        onPoint={onPoint}
        label={
          image
            ? say('Image {path}, {heading}', { path: image.path, heading: props.heading })
            : say('Image, {heading}', { heading: props.heading })
        }
        over={(area) => <SharedPointer token={token} area={area} />}
      />
      {overlay.modelView && (
        <span className={styles.badge}>
          {say('As the model saw it: {size}×{size} px', { size: String(side) })}
        </span>
      )}
      <ReadOut run={run} size={size} map={map.value} />
      {error !== null && error !== undefined && (
        <div className={styles.error}>
          <ErrorNotice
            title={
              image
                ? say('{name} cannot be shown whole', { name: image.path })
                : say('This image cannot be shown')
            }
            error={error}
          />
        </div>
      )}
    </div>
  );
}

const panStepPx = 48;
const pointerStep = 1 / 64;

/** One step in the direction of an arrow key; null for other keys. */
function arrowOf({ key }: KeyboardEvent): Point | null {
  switch (key) {
    case 'ArrowLeft':
      return { x: -1, y: 0 };
    case 'ArrowRight':
      return { x: 1, y: 0 };
    case 'ArrowUp':
      return { x: 0, y: -1 };
    case 'ArrowDown':
      return { x: 0, y: 1 };
    default:
      return null;
  }
}

function movePicture(event: KeyboardEvent): boolean {
  const arrow = arrowOf(event);
  if (arrow === null || !event.altKey || event.ctrlKey) return false;
  useViewportStore.getState().pan({ x: -arrow.x * panStepPx, y: -arrow.y * panStepPx });
  return true;
}

/** Points by keyboard, from the middle on. */
function movePointerBy(event: KeyboardEvent, token: string): boolean {
  const arrow = arrowOf(event);
  if (arrow === null || !event.shiftKey || event.ctrlKey || event.altKey) return false;
  const { share, move } = usePointerStore.getState();
  const clamp = (value: number) => Math.min(0.9999, Math.max(0, value));
  const next = {
    x: clamp((share?.x ?? 0.5) + arrow.x * pointerStep),
    y: clamp((share?.y ?? 0.5) + arrow.y * pointerStep),
  };
  move(token, next, true);
  return true;
}

function changeLevels(delta: Point): void {
  const { overlay, change } = useOverlayStore.getState();
  change(dragLevels(overlay, delta));
}

/** A ring where another pane is pointed at, or this one by keyboard. */
function SharedPointer({ token, area }: { readonly token: string; readonly area: StageArea }) {
  const { share, token: from, isByKeyboard } = usePointerStore();
  if (share === null || (from === token && !isByKeyboard)) return null;
  return (
    <span
      className={styles.cross}
      data-testid={from === token ? 'own-pointer' : 'shared-pointer'}
      style={{
        transform: `translate(${area.x + share.x * area.width}px, ${area.y + share.y * area.height}px)`,
      }}
    />
  );
}

interface ReadOutProps {
  readonly run: Run;
  readonly size: Size;
  readonly map: PixelMap | undefined;
}

/** What this run's map says under the pointer, on its own scale and as a share of it. */
function ReadOut({ run: { scale }, size, map }: ReadOutProps) {
  const share = usePointerStore((state) => state.share);
  if (share === null) return null;
  const value = map && scale ? sampleMap(map, share.x, share.y) : null;
  return (
    <output className={styles.readOut} data-testid="pane-read-out">
      <span>{say('x {x}', { x: String(Math.floor(share.x * size.width)) })}</span>
      <span>{say('y {y}', { y: String(Math.floor(share.y * size.height)) })}</span>
      {value !== null && scale && (
        <span>{say('map {value}', { value: formatScore(value, scale.mapMax - scale.mapMin) })}</span>
      )}
    </output>
  );
}
