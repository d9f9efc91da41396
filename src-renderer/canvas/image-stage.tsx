import type Konva from 'konva';
import {
  useCallback,
  useEffect,
  useEffectEvent,
  useId,
  useLayoutEffect,
  useRef,
  useState,
  type PointerEvent,
  type ReactNode,
} from 'react';
import { Image as KonvaImage, Layer, Rect, Shape, Stage } from 'react-konva';
import type { ContourLine } from '../../src-shared/maps/contour.ts';
import { useElementSize } from '../components/use-element-size.ts';
import { useViewportStore } from '../state/viewport.ts';
import {
  imagePointAt,
  linkPoint,
  linkViewport,
  placeImage,
  type Placement,
  type Point,
  type Size,
} from './viewport.ts';
import type { Smoothing } from '../state/overlay.ts';
import styles from './image-stage.module.css';
import type { Levels } from './wide-samples.ts';

interface Box extends Point, Size {}

export interface ImageStageProps {
  /** What is drawn, perhaps smaller than the image itself while that loads. */
  readonly picture: CanvasImageSource | null;
  /** Size of the image in image pixels. */
  readonly image: Size;
  readonly invert: boolean;
  /** The grey values that are shown from black to white, as shares of all; null: the picture as it is. */
  readonly levels?: Levels | null;
  readonly smoothing?: Smoothing;
  /** A drag with the right button, in CSS pixels. */
  readonly onLevels?: (delta: Point) => void;
  /** The heat map in colours, stretched over the image; null: none. */
  readonly heat: HTMLCanvasElement | null;
  /** Changes whenever the heat canvas was painted anew. */
  readonly heatVersion: unknown;
  readonly opacity: number;
  /** Lines in pixels of a map of side `mapSizePx`. */
  readonly contours: readonly ContourLine[];
  readonly mapSizePx: number;
  readonly mask: HTMLCanvasElement | null;
  /** A region to light up, in image pixels. */
  readonly highlight: Box | null;
  /**
   * Size of the image whose viewport this stage follows and moves: this is another picture of the same scene. Absent: the
   * viewport is of this image.
   */
  readonly linkedTo?: Size;
  /** The image point under the pointer, null beside the image. */
  readonly onPoint: (point: Point | null) => void;
  /** Spoken description. */
  readonly label: string;
  /** More that is laid over, given where the image stands. */
  readonly over?: ((area: StageArea) => ReactNode) | undefined;
}

/** Where the image stands, in CSS pixels of the stage. */
export type StageArea = Readonly<Box>;

/** From this scale on single pixels are shown as squares. */
const squaresFromScale = 3;
const wheelStep = 1.0015;

/** The viewer: image, heat, ground truth and contour on layers of their own; wheel zooms at the pointer, dragging moves. */
export function ImageStage(props: ImageStageProps) {
  const { picture, image, heat, contours, mapSizePx } = props;
  const frame = useRef<HTMLDivElement>(null);
  const imageLayer = useRef<Konva.Layer>(null);
  const heatLayer = useRef<Konva.Layer>(null);
  const view = useElementSize(frame);
  const { viewport, setSizes } = useViewportStore();
  const { linkedTo } = props;
  const [dragFrom, setDragFrom] = useState<(Point & { readonly isLevels: boolean }) | null>(null);
  const filterId = useId();

  useLayoutEffect(() => {
    if (!linkedTo) setSizes(image, view);
  }, [image, view, linkedTo, setSizes]);

  useEffect(() => {
    heatLayer.current?.batchDraw();
  }, [props.heatVersion, heat]);

  const { levels = null, smoothing = 'auto' } = props;
  const hasLevels = levels !== null;
  useEffect(() => {
    const canvas = imageLayer.current?.getNativeCanvasElement();
    if (!canvas) return;
    canvas.style.filter = [hasLevels ? `url(#${filterId})` : '', props.invert ? 'invert(1)' : '']
      .join(' ')
      .trim();
  }, [props.invert, hasLevels, filterId, view]);

  const place = placeImage(linkedTo ? linkViewport(viewport, linkedTo, image) : viewport, image, view);
  const zoomHere = useEffectEvent((factor: number, at: Point) => {
    useViewportStore.getState().zoom(factor, linkedTo ? toMain(at, { place, image }) : at);
  });
  const pan = (delta: Point) => {
    if (!linkedTo) {
      useViewportStore.getState().pan(delta);
      return;
    }
    const [from, to] = [toMain({ x: 0, y: 0 }, { place, image }), toMain(delta, { place, image })];
    useViewportStore.getState().pan({ x: to.x - from.x, y: to.y - from.y });
  };

  // React's wheel listeners are passive; this one must keep the page from scrolling and zooming.
  useEffect(() => {
    const element = frame.current;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      zoomHere(wheelStep ** -wheelPixels(event), localPoint(event, element));
    };
    element?.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      element?.removeEventListener('wheel', onWheel);
    };
  }, []);

  const onMove = (event: PointerEvent<HTMLElement>) => {
    const point = localPoint(event, frame.current);
    props.onPoint(imagePointAt(place, point, image));
    if (!dragFrom) return;
    const delta = { x: event.clientX - dragFrom.x, y: event.clientY - dragFrom.y };
    if (dragFrom.isLevels) props.onLevels?.(delta);
    else pan(delta);
    setDragFrom({ x: event.clientX, y: event.clientY, isLevels: dragFrom.isLevels });
  };
  const isSmooth = smoothing === 'auto' ? place.scale < squaresFromScale : smoothing === 'smooth';
  const area = {
    x: place.x,
    y: place.y,
    width: image.width * place.scale,
    height: image.height * place.scale,
  };
  const [across, down] = [area.width / mapSizePx, area.height / mapSizePx];
  // The layer is drawn anew where this changes, not whenever the pointer moves over the image.
  const sceneOfContours = useCallback(
    (context: Konva.Context) => {
      drawContours(context._context, contours, { x: across, y: down });
    },
    [contours, across, down],
  );

  return (
    <div
      ref={frame}
      className={styles.frame}
      data-dragging={dragFrom !== null}
      data-testid="stage"
      role="img"
      aria-label={props.label}
      onPointerDown={(event) => {
        if (event.button > 2) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setDragFrom({ x: event.clientX, y: event.clientY, isLevels: event.button === 2 });
      }}
      onContextMenu={(event) => {
        event.preventDefault();
      }}
      onPointerMove={onMove}
      onPointerUp={() => {
        setDragFrom(null);
      }}
      onPointerCancel={() => {
        setDragFrom(null);
      }}
      onPointerLeave={() => {
        props.onPoint(null);
      }}
    >
      {levels && <LevelsFilter id={filterId} {...levels} />}
      <Stage width={view.width} height={view.height} listening={false}>
        <Layer ref={imageLayer} imageSmoothingEnabled={isSmooth}>
          {picture && <KonvaImage image={picture} {...area} />}
        </Layer>
        <Layer ref={heatLayer}>{heat && <KonvaImage image={heat} opacity={props.opacity} {...area} />}</Layer>
        <Layer>
          {props.mask && <KonvaImage image={props.mask} {...area} />}
          {contours.length > 0 && <Shape x={area.x} y={area.y} sceneFunc={sceneOfContours} />}
          {props.highlight && (
            <Rect
              x={area.x + props.highlight.x * place.scale - 4}
              y={area.y + props.highlight.y * place.scale - 4}
              width={props.highlight.width * place.scale + 8}
              height={props.highlight.height * place.scale + 8}
              stroke="#6cb0ff"
              strokeWidth={2}
              shadowColor="black"
              shadowBlur={4}
              cornerRadius={3}
            />
          )}
        </Layer>
      </Stage>
      {props.over?.(area)}
    </div>
  );
}

/** `(value - low) / window` of every channel, as the browser's own filter: it follows a drag without a pixel being read. */
function LevelsFilter({ id, level, window }: Levels & { readonly id: string }) {
  const line = { type: 'linear', slope: 1 / window, intercept: 0.5 - level / window } as const;
  return (
    <svg width={0} height={0} style={{ position: 'absolute' }} aria-hidden>
      <filter id={id} colorInterpolationFilters="sRGB">
        <feComponentTransfer>
          <feFuncR {...line} />
          <feFuncG {...line} />
          <feFuncB {...line} />
        </feComponentTransfer>
      </filter>
    </svg>
  );
}

/** White over a dark rim: seen on every picture and every colour map. */
function drawContours(context: CanvasRenderingContext2D, lines: readonly ContourLine[], scale: Point): void {
  context.beginPath();
  for (const { points, isClosed } of lines) {
    for (let k = 0; k + 1 < points.length; k += 2) {
      const x = (points[k] ?? 0) * scale.x;
      const y = (points[k + 1] ?? 0) * scale.y;
      if (k === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
    if (isClosed) context.closePath();
  }
  context.lineJoin = 'round';
  context.lineWidth = 3.5;
  context.strokeStyle = 'rgba(0, 0, 0, 0.6)';
  context.stroke();
  context.lineWidth = 1.5;
  context.strokeStyle = '#ffffff';
  context.stroke();
}

/** A point of a linked view in the view whose viewport it follows. */
function toMain(point: Point, from: { readonly place: Placement; readonly image: Size }): Point {
  const { viewport, image, view } = useViewportStore.getState();
  return linkPoint(point, from, { place: placeImage(viewport, image, view), image });
}

function localPoint(event: { clientX: number; clientY: number }, element: HTMLElement | null): Point {
  const box = element?.getBoundingClientRect();
  return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
}

/** Wheel movement in pixels, whatever unit the device counts in. */
function wheelPixels({ deltaY, deltaMode }: WheelEvent): number {
  if (deltaMode === WheelEvent.DOM_DELTA_LINE) return deltaY * 32;
  if (deltaMode === WheelEvent.DOM_DELTA_PAGE) return deltaY * 320;
  return deltaY;
}
