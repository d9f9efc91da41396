import { Expand, Minimize, PanelRightClose, PanelRightOpen } from 'lucide-react';
import { memo, useEffect, useMemo } from 'react';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { VerdictValue } from '../../../src-shared/domain/verdict.ts';
import { makeContourBlocks, traceContours } from '../../../src-shared/maps/contour.ts';
import { ImageStage, type StageArea } from '../../canvas/image-stage.tsx';
import { dragLevels } from '../../canvas/levels.ts';
import { maskResource, modelViewResource, sizeOfImage } from '../../canvas/load-image.ts';
import { boxInImage, regionAt, regionsOf } from '../../canvas/map-regions.ts';
import { drawMask } from '../../canvas/mask-canvas.ts';
import { patchSquaresResource, pixelMapResource, type PixelMap } from '../../canvas/pixel-map.ts';
import { useHeat } from '../../canvas/use-heat.ts';
import { useResource } from '../../canvas/use-resource.ts';
import type { Point, Size } from '../../canvas/viewport.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { StateMark, verdictWords } from '../../components/state-mark.tsx';
import { fileName, formatCount } from '../../state/format.ts';
import { TipButton } from '../../components/tip-button.tsx';
import { useKeyName } from '../../state/keys.ts';
import { useOverlayStore } from '../../state/overlay.ts';
import { usePointerStore } from '../../state/pointer.ts';
import { useImage } from '../../state/queries.ts';
import { useRegionStore } from '../../state/regions.ts';
import { useReading } from '../../state/readings.ts';
import { useReviewSettings } from '../../state/review-settings.ts';
import { say } from '../../texts/say.ts';
import { OverlayStrip } from './overlay-strip.tsx';
import { PictureTools } from './picture-menu.tsx';
import { ReadOut } from './read-out.tsx';
import { usePicture } from './use-picture.ts';

import styles from './viewer.module.css';

interface ViewerProps {
  readonly imageId: number;
  readonly run: Run;
  /** Whether the run has a score and a map of it. */
  readonly isScored: boolean;
  readonly mapThreshold: number | null;
  /** Smaller regions do not count, in pixels of the map. */
  readonly minAreaPx: number;
  readonly verdict: VerdictValue | null;
  readonly isUnsaved: boolean;
  /** Whether everything that the run and the label say is hidden. */
  readonly isHidden: boolean;
  /** Where one is among the images: `3 of 20`. */
  readonly position: string | null;
}

/** The image with what the run says of it laid over, and beside it the square that the model saw. */
export const Viewer = memo(function Viewer(props: ViewerProps) {
  const { imageId, run, isHidden, mapThreshold, minAreaPx } = props;
  const isScored = props.isScored && !isHidden;
  const overlay = useOverlayStore((state) => state.overlay);
  const isPeeking = useOverlayStore((state) => state.isPeeking);
  const isFull = useReviewSettings((state) => state.isFull);
  const row = useImage(imageId, run.id);
  const image = row.data?.image;
  const picture = usePicture(imageId, image?.path ?? null);
  const hasMask = !isHidden && image !== undefined && image.maskPath !== null;
  const showsSquare = overlay.modelView || overlay.modelBeside;
  const square = useResource(showsSquare ? modelViewResource(run.id, imageId) : null);
  const mask = useResource(overlay.groundTruth && hasMask ? maskResource(imageId) : null);
  const map = useResource(isScored ? pixelMapResource(run.id, imageId, run.rendering) : null);
  const patches = useResource(
    isScored && overlay.patches ? patchSquaresResource(run.id, imageId, run.rendering) : null,
  );

  const { whole } = picture;
  const drawn = whole === null ? null : sizeOfImage(whole);
  const [widthPx, heightPx] = [image?.widthPx ?? drawn?.width ?? 1, image?.heightPx ?? drawn?.height ?? 1];
  const wholeSize = useMemo(() => ({ width: widthPx, height: heightPx }), [widthPx, heightPx]);
  const { sizePx } = run.rendering;
  const squareSize = useMemo(() => ({ width: sizePx, height: sizePx }), [sizePx]);
  const size = overlay.modelView ? squareSize : wholeSize;
  const maskCanvas = useMemo(() => (mask.value ? drawMask(mask.value) : null), [mask.value]);
  const heat = useHeat(overlay.patches ? (patches.value ?? map.value) : map.value, run.scale, mapThreshold);
  // Of the map alone, so that a threshold that is dragged looks only where its line can be.
  const blocks = useMemo(
    () => map.value && makeContourBlocks(map.value.data, map.value.sizePx, map.value.sizePx),
    [map.value],
  );
  const contours = useMemo(
    () =>
      map.value && blocks && overlay.contour && mapThreshold !== null
        ? traceContours(map.value.data, map.value.sizePx, map.value.sizePx, mapThreshold, blocks)
        : [],
    [map.value, blocks, overlay.contour, mapThreshold],
  );
  const regions = useRegionLight(map.value, mapThreshold, minAreaPx);
  const pointIn = (side: 'image' | 'model', of: Size) => (point: Point | null) => {
    const share = point && { x: point.x / of.width, y: point.y / of.height };
    usePointerStore.getState().move(side, share);
    regions.pointAt(share);
  };

  const path = image?.path ?? null;
  const pictureTools = useMemo(
    () => <PictureTools imageId={imageId} path={path} picture={picture.image} />,
    [imageId, path, picture.image],
  );

  const error = picture.error ?? square.error ?? map.error ?? mask.error ?? row.error;
  return (
    <section className={styles.viewer} aria-label={say('Viewer')} data-full={isFull}>
      <OverlayStrip hasMask={hasMask} isHidden={isHidden} atEnd={roomTools}>
        {pictureTools}
      </OverlayStrip>
      <div className={styles.stages}>
        <div className={styles.stage}>
          <ImageStage
            picture={overlay.modelView ? (square.value ?? null) : picture.shown}
            image={size}
            invert={overlay.invert}
            levels={overlay.modelView ? null : picture.filter}
            smoothing={overlay.smoothing}
            onLevels={changeLevels}
            heat={isPeeking ? null : heat.canvas}
            heatVersion={heat.version}
            opacity={overlay.opacity}
            contours={isPeeking ? [] : contours}
            mapSizePx={map.value?.sizePx ?? 1}
            mask={isPeeking ? null : maskCanvas}
            highlight={isPeeking || !map.value ? null : regions.boxIn(size)}
            onPoint={pointIn(overlay.modelView ? 'model' : 'image', size)}
            label={describeImage(image?.path, isHidden)}
            over={overlay.modelBeside ? (area) => <Cross side="image" area={area} /> : undefined}
          />
          <Badges {...props} showsSquare={overlay.modelView} isFull={isFull} greyMax={picture.max} />
        </div>
        {overlay.modelBeside && !overlay.modelView && (
          <div className={styles.stage}>
            <ImageStage
              picture={square.value ?? null}
              image={squareSize}
              linkedTo={wholeSize}
              invert={overlay.invert}
              smoothing={overlay.smoothing}
              heat={null}
              heatVersion={null}
              opacity={0}
              contours={[]}
              mapSizePx={1}
              mask={null}
              highlight={null}
              onPoint={pointIn('model', squareSize)}
              label={say('The square that the model saw')}
              over={(area) => <Cross side="model" area={area} />}
            />
            <div className={styles.badges}>
              <ModelBadge sizePx={sizePx} />
            </div>
          </div>
        )}
        <ReadOut
          imageId={imageId}
          path={path}
          run={run}
          size={wholeSize}
          square={squareSize}
          picture={picture.image}
          squarePicture={square.value}
          map={map.value}
        />
        {error !== null && error !== undefined && (
          <div className={styles.error}>
            <ErrorNotice
              title={
                image && !isHidden
                  ? say('{name} cannot be shown whole', { name: fileName(image.path) })
                  : say('This image cannot be shown')
              }
              // A message names the file.
              error={
                isHidden
                  ? new WorkbenchError(
                      'unavailable',
                      say('Its reason names the file and waits for your verdict.'),
                    )
                  : error
              }
            />
          </div>
        )}
      </div>
    </section>
  );
});

/** The image alone, and the panel beside it. */
function RoomTools() {
  const { settings, isFull, change, setFull } = useReviewSettings();
  const fullKey = useKeyName('full.toggle');
  const panelKey = useKeyName('panel.toggle');
  return (
    <>
      <TipButton
        icon={isFull ? Minimize : Expand}
        label={isFull ? say('Back to filmstrip and panel') : say('The image alone')}
        shortcut={fullKey}
        onClick={() => {
          setFull(!isFull);
        }}
      />
      {!isFull && (
        <TipButton
          icon={settings.showsPanel ? PanelRightClose : PanelRightOpen}
          label={settings.showsPanel ? say('Close the panel') : say('Open the panel')}
          shortcut={panelKey}
          onClick={() => {
            change({ showsPanel: !settings.showsPanel });
          }}
        />
      )}
    </>
  );
}

const roomTools = <RoomTools />;

/** Blinded, a name or a folder may tell what the label does. */
function describeImage(path: string | undefined, isHidden: boolean): string {
  return path === undefined || isHidden ? say('Image') : say('Image {path}', { path });
}

interface BadgesProps extends ViewerProps {
  readonly showsSquare: boolean;
  readonly isFull: boolean;
  readonly greyMax: number | null;
}

function Badges(props: BadgesProps) {
  const { verdict, isFull, position, greyMax } = props;
  const { level, window } = useOverlayStore((state) => state.overlay);
  const isNarrowed = window < 1 || level !== 0.5;
  const wasTold = useReading(props.run.datasetId).openedAtMs !== null;
  return (
    <div className={styles.badges}>
      {isFull && position !== null && <span className={styles.badge}>{position}</span>}
      {verdict !== null && (
        <span className={styles.badge} data-testid="verdict-badge">
          <StateMark kind={verdict} sizePx={14} onImage />
          {props.isUnsaved
            ? say('{verdict} · not stored yet', { verdict: verdictWords[verdict] })
            : verdictWords[verdict]}
        </span>
      )}
      {isNarrowed && greyMax !== null && !props.showsSquare && (
        <span className={styles.badge} data-testid="levels-badge">
          {say('Window {window} · Level {level}', {
            window: formatCount(Math.round(window * greyMax)),
            level: formatCount(Math.round(level * greyMax)),
          })}
        </span>
      )}
      {props.showsSquare && <ModelBadge sizePx={props.run.rendering.sizePx} />}
      {props.isHidden && (
        <span className={styles.badge}>
          {wasTold ? say('Blinded, but scores were open before') : say('Blinded')}
        </span>
      )}
    </div>
  );
}

function ModelBadge({ sizePx }: { readonly sizePx: number }) {
  return (
    <span className={styles.badge}>
      {say('As the model saw it: {size}×{size} px', { size: String(sizePx) })}
    </span>
  );
}

/** Where the pointer is in the other picture. */
function Cross({ side, area }: { readonly side: 'image' | 'model'; readonly area: StageArea }) {
  const pointer = usePointerStore();
  if (pointer.share === null || pointer.side === side) return null;
  const x = area.x + pointer.share.x * area.width;
  const y = area.y + pointer.share.y * area.height;
  return (
    <span
      className={styles.cross}
      data-testid="linked-pointer"
      style={{ transform: `translate(${x}px, ${y}px)` }}
    />
  );
}

function changeLevels(delta: Point): void {
  const { overlay, change } = useOverlayStore.getState();
  change(dragLevels(overlay, delta));
}

/** Lights up the region that is pointed at, on the image or in the list. */
function useRegionLight(map: PixelMap | undefined, threshold: number | null, minAreaPx: number) {
  const pointed = useRegionStore((state) => state.pointed);
  useEffect(
    () => () => {
      useRegionStore.getState().point(null);
    },
    [map, threshold, minAreaPx],
  );
  const found = () => (map === undefined || threshold === null ? null : regionsOf(map, threshold, minAreaPx));
  return {
    pointAt: (share: Point | null) => {
      const regions = share === null ? null : found();
      const region = regions && map && share ? regionAt(regions, map.sizePx, share) : null;
      useRegionStore.getState().point(region?.label ?? null);
    },
    boxIn: (size: Size): (Point & Size) | null => {
      const region = pointed === null ? undefined : found()?.regions.find(({ label }) => label === pointed);
      return region === undefined || map === undefined ? null : boxInImage(region, map.sizePx, size);
    },
  };
}
