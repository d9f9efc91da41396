import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import { create } from 'zustand';
import type { VerdictValue } from '../../../src-shared/domain/verdict.ts';
import { unsavedNote, useDecisionStore } from '../../state/decisions.ts';
import {
  addStep,
  emptyHistory,
  giveAgain,
  nextUnjudged,
  takeBack,
  type ReviewHistory,
  type ReviewStep,
  type Verdicts,
} from '../../state/review-order.ts';
import { readingOf } from '../../state/readings.ts';
import { useReviewSettings } from '../../state/review-settings.ts';
import { peekTrail, useDecisionKeeper } from '../../state/verdicts.ts';

/** What was decided in this window, run by run, for undo; and whose scores were shown in it, for blinded review. */
interface ReviewMemory {
  readonly history: Readonly<Record<number, ReviewHistory>>;
  readonly seen: ReadonlySet<number>;
  setHistory(runId: number, history: ReviewHistory): void;
  see(imageId: number): void;
}

export const useReviewMemory = create<ReviewMemory>()((set, get) => ({
  history: {},
  seen: new Set(),
  setHistory: (runId, history) => {
    set({ history: { ...get().history, [runId]: history } });
  },
  see: (imageId) => {
    if (!get().seen.has(imageId)) set({ seen: new Set([...get().seen, imageId]) });
  },
}));

export interface ReviewActions {
  readonly judge: (value: VerdictValue) => void;
  readonly note: (imageId: number, note: string) => void;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly goToUnjudged: () => void;
}

interface UseVerdictsOptions {
  readonly datasetId: number;
  readonly runId: number;
  readonly threshold: number | null;
  readonly imageIds: readonly number[];
  readonly index: number;
  readonly shownId: number | null;
  readonly verdicts: Verdicts;
  /** Whether score, map and label of the shown image are hidden. */
  readonly isHidden: boolean;
  readonly goTo: (index: number) => void;
  readonly goToImage: (imageId: number) => void;
}

/** What the reviewer can do to verdicts; every function acts on what is shown at that moment. */
export function useReviewActions(options: UseVerdictsOptions): ReviewActions {
  const keeper = useDecisionKeeper();
  const queries = useQueryClient();
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  const { shownId, isHidden } = options;
  const see = useReviewMemory((state) => state.see);
  useEffect(() => {
    if (shownId !== null && !isHidden) see(shownId);
  }, [shownId, isHidden, see]);

  return useMemo(() => {
    const decide = (imageId: number, value: VerdictValue | null, note: string | null, wasBlind: boolean) => {
      const { runId, threshold } = latest.current;
      keeper.decide({ imageId, value, note, runId, threshold, wasBlind });
    };
    const historyOf = (runId: number) => useReviewMemory.getState().history[runId] ?? emptyHistory;
    const replay = (taken: readonly [ReviewStep, ReviewHistory] | null, side: 'before' | 'after') => {
      if (taken === null) return;
      const [step, history] = taken;
      useReviewMemory.getState().setHistory(latest.current.runId, history);
      decide(step.imageId, step[side], null, false);
      latest.current.goToImage(step.imageId);
    };
    return {
      judge: (value) => {
        const { runId, shownId: imageId, verdicts, isHidden: wasHidden, index, goTo } = latest.current;
        if (imageId === null) return;
        const before = verdicts.get(imageId) ?? null;
        const memory = useReviewMemory.getState();
        if (before !== value) {
          const wasJudged = peekTrail(queries, imageId)?.some((row) => row.value !== null) ?? false;
          const wasTold = memory.seen.has(imageId) || readingOf(latest.current.datasetId).openedAtMs !== null;
          const wasBlind = wasHidden && !wasJudged && !wasTold;
          decide(imageId, value, null, wasBlind);
          memory.setHistory(runId, addStep(historyOf(runId), { imageId, before, after: value }));
        }
        if (useReviewSettings.getState().settings.goesOn) goTo(index + 1);
      },
      note: (imageId, note) => {
        const stored = peekTrail(queries, imageId)?.[0]?.note ?? '';
        if (note === (unsavedNote(useDecisionStore.getState().unsaved, imageId) ?? stored)) return;
        decide(imageId, latest.current.verdicts.get(imageId) ?? null, note, false);
      },
      undo: () => {
        replay(takeBack(historyOf(latest.current.runId)), 'before');
      },
      redo: () => {
        replay(giveAgain(historyOf(latest.current.runId)), 'after');
      },
      goToUnjudged: () => {
        const { imageIds, verdicts, index, goTo } = latest.current;
        const next = nextUnjudged(imageIds, verdicts, index);
        if (next !== null) goTo(next);
      },
    };
  }, [keeper, queries]);
}
