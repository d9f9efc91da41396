import { useActionKeys } from '../../state/keys.ts';
import { useOverlayStore, wholeRange } from '../../state/overlay.ts';
import { useViewportStore } from '../../state/viewport.ts';

interface CompareKeysOptions {
  readonly goTo: (index: number) => void;
  readonly index: number;
  readonly count: number;
}

const zoomStep = 1.25;

type Switch = 'visible' | 'contour' | 'cutOff' | 'groundTruth' | 'invert' | 'modelView';

function toggle(name: Switch): void {
  const { overlay, change } = useOverlayStore.getState();
  change({ [name]: !overlay[name] });
}

/** Going through images, zoom and overlay by the keys that do the same in Review. */
export function useCompareKeys({ goTo, index, count }: CompareKeysOptions): void {
  const viewport = useViewportStore.getState();
  useActionKeys('review', {
    'image.next': () => {
      goTo(index + 1);
    },
    'image.previous': () => {
      goTo(index - 1);
    },
    'image.first': () => {
      goTo(0);
    },
    'image.last': () => {
      goTo(count - 1);
    },
    'zoom.fit': viewport.fit,
    'zoom.actual': viewport.actual,
    'zoom.in': () => {
      viewport.zoom(zoomStep);
    },
    'zoom.out': () => {
      viewport.zoom(1 / zoomStep);
    },
    'overlay.toggle': () => {
      toggle('visible');
    },
    'contour.toggle': () => {
      toggle('contour');
    },
    'cutOff.toggle': () => {
      toggle('cutOff');
    },
    'groundTruth.toggle': () => {
      toggle('groundTruth');
    },
    'levels.reset': () => {
      useOverlayStore.getState().change(wholeRange);
    },
    'modelView.toggle': () => {
      toggle('modelView');
    },
    invert: () => {
      toggle('invert');
    },
  });
}
