import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { BenchPrompts, BenchWish } from '../../../src-shared/domain/prompt-bench.ts';
import { useClient } from '../../state/client-context.ts';
import { closedBench, openLiveBench, type BenchState, type LiveBench } from '../../state/prompt-bench.ts';

interface LiveBenchWish {
  /** Null: nothing can be tried yet. */
  readonly wish: BenchWish | null;
  readonly start: BenchPrompts;
  /** Undefined: they cannot be used as they stand, and what was scored last stays. */
  readonly prompts: BenchPrompts | undefined;
}

/** What the prompts say of the images, a moment after each change; the bench is open while the view is. */
export function useLiveBench({ wish, start, prompts }: LiveBenchWish) {
  const client = useClient();
  const live = useRef<LiveBench | null>(null);
  const [state, setState] = useState<BenchState>(closedBench);
  const wishKey = wish === null ? null : JSON.stringify([wish, start]);
  const promptsKey = prompts === undefined ? null : JSON.stringify(prompts);

  const open = useEffectEvent(() =>
    wish === null ? null : openLiveBench({ client, wish, start, tell: setState }),
  );
  const score = useEffectEvent(() => {
    if (prompts !== undefined) live.current?.score(prompts);
  });

  useEffect(() => {
    if (wishKey === null) return undefined;
    const opened = open();
    live.current = opened;
    return () => {
      opened?.close();
      live.current = null;
      setState(closedBench);
    };
  }, [wishKey]);
  useEffect(() => {
    if (wishKey !== null && promptsKey !== null) score();
  }, [wishKey, promptsKey]);

  return {
    ...state,
    retry: () => {
      live.current?.retry();
    },
  };
}
