import { create } from 'zustand';
import {
  actualPixels,
  fitted,
  panBy,
  showBox,
  zoomAt,
  type Point,
  type Size,
  type Viewport,
} from '../canvas/viewport.ts';

interface ViewportState {
  readonly viewport: Viewport;
  readonly image: Size;
  /** The viewer's size in CSS pixels. */
  readonly view: Size;
  setSizes(image: Size, view: Size): void;
  fit(): void;
  actual(): void;
  /** Around the pointer, or around the middle. */
  zoom(factor: number, pointer?: Point): void;
  pan(delta: Point): void;
  show(box: Point & Size): void;
}

const one: Size = { width: 1, height: 1 };

function sameSize(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height;
}

/** Where the image stands; kept while going from image to image. */
export const useViewportStore = create<ViewportState>()((set, get) => ({
  viewport: fitted,
  image: one,
  view: one,
  setSizes: (image, view) => {
    const before = get();
    if (!sameSize(image, before.image) || !sameSize(view, before.view)) set({ image, view });
  },
  fit: () => {
    set({ viewport: fitted });
  },
  actual: () => {
    const { viewport, image, view } = get();
    set({ viewport: actualPixels(viewport, image, view, window.devicePixelRatio) });
  },
  zoom: (factor, pointer) => {
    const { viewport, image, view } = get();
    const at = pointer ?? { x: view.width / 2, y: view.height / 2 };
    set({ viewport: zoomAt(viewport, factor, at, image, view) });
  },
  pan: (delta) => {
    const { viewport, image, view } = get();
    set({ viewport: panBy(viewport, delta, image, view) });
  },
  show: (box) => {
    const { image, view } = get();
    set({ viewport: showBox(box, image, view) });
  },
}));
