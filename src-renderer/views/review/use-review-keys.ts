import { useActionKeys, type ActionHandlers } from '../../state/keys.ts';
import { useOverlayStore, wholeRange } from '../../state/overlay.ts';
import { useViewportStore } from '../../state/viewport.ts';
import type { ReviewActions } from './use-verdicts.ts';

interface ReviewKeysOptions {
  readonly goTo: (index: number) => void;
  readonly index: number;
  readonly count: number;
  readonly actions: ReviewActions;
  readonly writeNote: () => void;
}

const zoomStep = 1.25;

/** Review by keyboard; which key does what stands in `key-map.ts`. */
export function useReviewKeys({ goTo, index, count, actions, writeNote }: ReviewKeysOptions): void {
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
    'next.unjudged': actions.goToUnjudged,
    'verdict.good': () => {
      actions.judge('good');
    },
    'verdict.defect': () => {
      actions.judge('defect');
    },
    'verdict.unsure': () => {
      actions.judge('unsure');
    },
    'verdict.undo': actions.undo,
    'verdict.redo': actions.redo,
    'note.write': writeNote,
    'zoom.in': () => {
      useViewportStore.getState().zoom(zoomStep);
    },
    'zoom.out': () => {
      useViewportStore.getState().zoom(1 / zoomStep);
    },
    'zoom.fit': () => {
      useViewportStore.getState().fit();
    },
    'zoom.actual': () => {
      useViewportStore.getState().actual();
    },
    'levels.reset': () => {
      useOverlayStore.getState().change(wholeRange);
    },
    ...overlayToggles,
  });
}

function toggle(name: 'visible' | 'contour' | 'cutOff' | 'groundTruth' | 'invert' | 'modelView'): () => void {
  return () => {
    const { overlay, change } = useOverlayStore.getState();
    change({ [name]: !overlay[name] });
  };
}

const overlayToggles: ActionHandlers = {
  'overlay.toggle': toggle('visible'),
  'contour.toggle': toggle('contour'),
  'cutOff.toggle': toggle('cutOff'),
  'groundTruth.toggle': toggle('groundTruth'),
  'modelView.toggle': toggle('modelView'),
  invert: toggle('invert'),
};
