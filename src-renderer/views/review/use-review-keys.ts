import { useEffect } from 'react';
import { isTaken } from '../../state/keys.ts';
import { useOverlayStore } from '../../state/overlay.ts';
import { useViewportStore } from '../../state/viewport.ts';

interface ReviewKeysOptions {
  readonly goTo: (index: number) => void;
  readonly index: number;
  readonly count: number;
}

const zoomStep = 1.25;

/** Review by keyboard; see the keys dialog for the list. Keys with Ctrl, Alt or Meta are left to the browser. */
export function useReviewKeys({ goTo, index, count }: ReviewKeysOptions): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTaken(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      const action = actionOf(event.key, { goTo, index, count });
      if (!action) return;
      event.preventDefault();
      action();
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
    };
  }, [goTo, index, count]);
}

function actionOf(key: string, { goTo, index, count }: ReviewKeysOptions): (() => void) | null {
  const { overlay, change } = useOverlayStore.getState();
  const viewport = useViewportStore.getState();
  switch (key.length === 1 ? key.toLowerCase() : key) {
    case 'ArrowRight':
      return () => {
        goTo(index + 1);
      };
    case 'ArrowLeft':
      return () => {
        goTo(index - 1);
      };
    case 'Home':
      return () => {
        goTo(0);
      };
    case 'End':
      return () => {
        goTo(count - 1);
      };
    case '0':
      return viewport.fit;
    case '1':
      return viewport.actual;
    case '+':
    case '=':
      return () => {
        viewport.zoom(zoomStep);
      };
    case '-':
      return () => {
        viewport.zoom(1 / zoomStep);
      };
    case 'o':
      return () => {
        change({ visible: !overlay.visible });
      };
    case 'c':
      return () => {
        change({ contour: !overlay.contour });
      };
    case 'x':
      return () => {
        change({ cutOff: !overlay.cutOff });
      };
    case 'g':
      return () => {
        change({ groundTruth: !overlay.groundTruth });
      };
    case 'i':
      return () => {
        change({ invert: !overlay.invert });
      };
    default:
      return null;
  }
}
