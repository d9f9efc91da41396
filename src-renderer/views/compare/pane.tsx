import { X } from 'lucide-react';
import { memo, useCallback, useMemo } from 'react';
import type { Run } from '../../../src-shared/domain/run.ts';
import { traceContours } from '../../../src-shared/maps/contour.ts';
import { ImageStage } from '../../canvas/image-stage.tsx';
import { maskResource } from '../../canvas/load-image.ts';
import { drawMask } from '../../canvas/mask-canvas.ts';
import { patchSquaresResource, pixelMapResource, sampleMap, type PixelMap } from '../../canvas/pixel-map.ts';
import { useResource } from '../../canvas/use-resource.ts';
import { placeImage, type Point, type Size } from '../../canvas/viewport.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { TipButton } from '../../components/tip-button.tsx';
import { formatCount, formatScore } from '../../state/format.ts';
import { useMapProposal } from '../../state/map-threshold.ts';
import { narrowestWindow, useOverlayStore } from '../../state/overlay.ts';
import { useImage } from '../../state/queries.ts';
import { useRunThreshold } from '../../state/run-thresholds.ts';
import { useViewportStore } from '../../state/viewport.ts';
import { usePointerStore } from './pointer.ts';
import styles from './pane.module.css';
import { usePaneHeat } from './use-pane-heat.ts';
import { usePanePicture } from './use-pane-picture.ts';

interface PaneProps {
  readonly letter: string;
  readonly run: Run;
  readonly title: string;
  readonly imageId: number;
  readonly className: string | null;
  readonly score: number | null;
  readonly rank: number | null;
  readonly count: number;
  /** Null: no run can be left out. */
  readonly onRemove: ((runId: number) => void) | null;
}

/** One run's view of the image; pan, zoom and pointer are those of all panes. */
export const Pane = memo(function Pane(props: PaneProps) {
  const { letter, run, title, imageId, className, score, rank, count, onRemove } = props;
  const overlay = useOverlayStore((state) => state.overlay);
  const threshold = useRunThreshold(run.id, className);
  const proposal = useMapProposal(run.id, threshold.scores);
  const mapThreshold = threshold.chosen.map ?? proposal?.value ?? null;
  const row = useImage(imageId, run.id);
  const picture = usePanePicture(run.id, imageId);
  const hasMask = row.data !== undefined && row.data.image.maskPath !== null;
  const mask = useResource(overlay.groundTruth && hasMask ? maskResource(imageId) : null);
  const map = useResource(score === null ? null : pixelMapResource(run.id, imageId, run.rendering));

  const patches = useResource(
    score !== null && overlay.patches ? patchSquaresResource(run.id, imageId, run.rendering) : null,
  );

  const { whole } = picture;
  const image = row.data?.image;
  const size = useMemo(
    () => ({
      width: image?.widthPx ?? whole?.naturalWidth ?? 1,
      height: image?.heightPx ?? whole?.naturalHeight ?? 1,
    }),
    [image?.widthPx, image?.heightPx, whole?.naturalWidth, whole?.naturalHeight],
  );
  const maskCanvas = useMemo(() => (mask.value ? drawMask(mask.value) : null), [mask.value]);
  const heat = usePaneHeat(patches.value ?? map.value, run.scale, mapThreshold);
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
      movePointer(run.id, point);
    },
    [movePointer, run.id],
  );
  const error = picture.error ?? map.error ?? mask.error ?? row.error;
  const failure = row.data?.result?.error ?? null;

  return (
    <section className={styles.pane} aria-label={`${letter}: ${title}`} data-testid="pane">
      <header className={styles.head}>
        <span className={styles.letter} aria-hidden>
          {letter}
        </span>
        <h2 className={styles.title} title={title}>
          {title}
        </h2>
        {onRemove && (
          <TipButton
            icon={X}
            label={`Leave ${letter} out`}
            onClick={() => {
              onRemove(run.id);
            }}
          />
        )}
      </header>
      <p className={styles.facts} data-testid="pane-facts">
        {score === null || rank === null ? (
          (failure ?? 'No score of this image')
        ) : (
          <>
            {threshold.value !== null && (
              <span className={styles.verdict}>
                <StateMark kind={score >= threshold.value ? 'defect' : 'good'} sizePx={10} />
                {score >= threshold.value ? 'Defect' : 'Good'}
              </span>
            )}
            <span>
              score <b>{formatScore(score, scoreSpan(run))}</b>
            </span>
            <span>
              rank <b>{formatCount(rank)}</b> of {formatCount(count)}
            </span>
          </>
        )}
      </p>
      <div className={styles.stage}>
        <ImageStage
          picture={picture.picture}
          image={size}
          invert={overlay.invert}
          levels={picture.levels}
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
          label={`${image ? `Image ${image.path}` : 'Image'}, ${title}`}
        />
        <SharedPointer run={run} size={size} map={map.value} />
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

/** A drag with the right button: across the window, up and down the level, as in Review. */
const levelsDragPx = 512;

function changeLevels(delta: Point): void {
  const { overlay, change } = useOverlayStore.getState();
  const clamp = (value: number, low: number) => Math.min(1, Math.max(low, value));
  change({
    window: clamp(overlay.window + delta.x / levelsDragPx, narrowestWindow),
    level: clamp(overlay.level + delta.y / levelsDragPx, 0),
  });
}

function scoreSpan({ scale }: Run): number {
  return scale ? scale.scoreMax - scale.scoreMin : 1;
}

interface SharedPointerProps {
  readonly run: Run;
  readonly size: Size;
  readonly map: PixelMap | undefined;
}

/** A cross where another pane is pointed at, and what this run's map says there. */
function SharedPointer({ run, size, map }: SharedPointerProps) {
  const { point, runId } = usePointerStore();
  const { viewport, view } = useViewportStore();
  if (point === null) return null;
  const place = placeImage(viewport, size, view);
  const value = map && run.scale ? sampleMap(map, point.x / size.width, point.y / size.height) : null;
  const span = run.scale ? run.scale.mapMax - run.scale.mapMin : 1;
  return (
    <>
      {runId !== run.id && (
        <span
          className={styles.cross}
          data-testid="shared-pointer"
          style={{
            transform: `translate(${place.x + point.x * place.scale}px, ${place.y + point.y * place.scale}px)`,
          }}
        />
      )}
      <output className={styles.readOut}>
        {`x ${Math.floor(point.x)}   y ${Math.floor(point.y)}${value === null ? '' : `   map ${formatScore(value, span)}`}`}
      </output>
    </>
  );
}
