import { useEffect } from 'react';
import { chordOf } from '../../state/key-map.ts';
import { useActionKeys, useKeyStore, type ActionHandlers } from '../../state/keys.ts';
import { useOverlayStore, wholeRange } from '../../state/overlay.ts';
import { useReviewSettings } from '../../state/review-settings.ts';
import { useViewportStore } from '../../state/viewport.ts';
import type { ReviewActions } from './use-verdicts.ts';

interface ReviewKeysOptions {
  readonly goTo: (index: number) => void;
  readonly index: number;
  readonly count: number;
  readonly actions: ReviewActions;
  readonly writeNote: () => void;
  /** Window and level to the grey values of the shown image. */
  readonly levelsOfImage: () => void;
}

const zoomStep = 1.25;

/** Review by keyboard; which key does what stands in `key-map.ts`. */
export function useReviewKeys({
  goTo,
  index,
  count,
  actions,
  writeNote,
  levelsOfImage,
}: ReviewKeysOptions): void {
  useEndOfPeek();
  useEndOfFull();
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
    'levels.own': levelsOfImage,
    'levels.reset': () => {
      useOverlayStore.getState().change(wholeRange);
    },
    ...overlayToggles,
  });
}

/** What is hidden while a key is held comes back with the end of that key, or of the window's turn. */
function useEndOfPeek(): void {
  useEffect(() => {
    const { peek } = useOverlayStore.getState();
    const show = () => {
      peek(false);
    };
    const onKeyUp = (event: KeyboardEvent) => {
      // The modifiers may have been let go before.
      const name = chordOf(event)?.split('+').at(-1);
      const held = useKeyStore.getState().keyMap['overlay.peek'];
      if (held.some((chord) => chord.split('+').at(-1) === name)) show();
    };
    window.addEventListener('keyup', onKeyUp);
    window.addEventListener('blur', show);
    return () => {
      window.removeEventListener('keyup', onKeyUp);
      window.removeEventListener('blur', show);
      show();
    };
  }, []);
}

/** The image alone ends with Escape, with the browser's own end of full screen, and with the view. */
function useEndOfFull(): void {
  const isFull = useReviewSettings((state) => state.isFull);
  useEffect(() => {
    if (!isFull) return;
    const { setFull } = useReviewSettings.getState();
    const root = document.documentElement;
    root.dataset['full'] = 'true';
    // Where the browser refuses, the image has the window all the same.
    root.requestFullscreen().catch(() => undefined);
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && document.querySelector('[role="dialog"]') === null) setFull(false);
    };
    const onChange = () => {
      if (document.fullscreenElement === null) setFull(false);
    };
    window.addEventListener('keydown', onKey);
    document.addEventListener('fullscreenchange', onChange);
    return () => {
      window.removeEventListener('keydown', onKey);
      document.removeEventListener('fullscreenchange', onChange);
      delete root.dataset['full'];
      if (document.fullscreenElement !== null) document.exitFullscreen().catch(() => undefined);
    };
  }, [isFull]);
  useEffect(
    () => () => {
      useReviewSettings.getState().setFull(false);
    },
    [],
  );
}

type Switch =
  'visible' | 'contour' | 'cutOff' | 'groundTruth' | 'invert' | 'modelView' | 'modelBeside' | 'readsAllRuns';

function toggle(name: Switch): () => void {
  return () => {
    const { overlay, change } = useOverlayStore.getState();
    change({ [name]: !overlay[name] });
  };
}

const opacityStep = 0.1;

function changeOpacity(by: number): () => void {
  return () => {
    const { overlay, change } = useOverlayStore.getState();
    change({ opacity: Math.round(Math.min(1, Math.max(0, overlay.opacity + by)) * 100) / 100 });
  };
}

const overlayToggles: ActionHandlers = {
  'overlay.peek': () => {
    useOverlayStore.getState().peek(true);
  },
  'opacity.less': changeOpacity(-opacityStep),
  'opacity.more': changeOpacity(opacityStep),
  'modelView.beside': toggle('modelBeside'),
  'readOut.allRuns': toggle('readsAllRuns'),
  'full.toggle': () => {
    const { isFull, setFull } = useReviewSettings.getState();
    setFull(!isFull);
  },
  'panel.toggle': () => {
    const { settings, change } = useReviewSettings.getState();
    change({ showsPanel: !settings.showsPanel });
  },
  'overlay.toggle': toggle('visible'),
  'contour.toggle': toggle('contour'),
  'cutOff.toggle': toggle('cutOff'),
  'groundTruth.toggle': toggle('groundTruth'),
  'modelView.toggle': toggle('modelView'),
  invert: toggle('invert'),
};
