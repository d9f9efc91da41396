import type { Page } from '@playwright/test';
import { z } from 'zod';

/** What the window's main thread did in each frame, in milliseconds. */
export interface MainThread {
  /** Tasks of all kinds, by the clock: on a busy machine it holds what others took away. */
  readonly wallMs: readonly number[];
  /** The same by processor time; empty where the browser does not tell it. */
  readonly processorMs: readonly number[];
}

const eventSchema = z.object({
  name: z.string(),
  pid: z.number(),
  tid: z.number(),
  /** Microseconds, all three. */
  ts: z.number().default(0),
  dur: z.number().optional(),
  tdur: z.number().optional(),
});
export type TraceEvent = z.infer<typeof eventSchema>;

/** Begins to trace; what it resolves with ends that and says what happened between. */
export async function readMainThread(page: Page): Promise<() => Promise<MainThread>> {
  const browser = page.context().browser();
  if (browser === null) throw new Error('The page has no browser.');
  const session = await browser.newBrowserCDPSession();
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const each of value) {
      const parsed = eventSchema.safeParse(each);
      if (parsed.success && isWanted(parsed.data.name)) events.push(parsed.data);
    }
  });
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: {
      includedCategories: [
        'disabled-by-default-devtools.timeline',
        'devtools.timeline.frame',
        'devtools.timeline',
      ],
      excludedCategories: ['*'],
    },
  });
  return async () => {
    const complete = new Promise<void>((resolve) => {
      session.once('Tracing.tracingComplete', () => {
        resolve();
      });
    });
    await session.send('Tracing.end');
    await complete;
    await session.detach();
    return sumUp(events);
  };
}

function isWanted(name: string): boolean {
  return name === 'RunTask' || name === 'FireAnimationFrame';
}

/**
 * The thread with the most frames is the window's. One frame calls back everybody who asked for it (us, the canvas
 * library, the probe) within one task: a task with callbacks is one frame, however many there are. It lasts from the
 * beginning of its task to that of the next one.
 */
export function sumUp(events: readonly TraceEvent[]): MainThread {
  const callbacks = Map.groupBy(
    events.filter(({ name }) => name === 'FireAnimationFrame'),
    ({ pid, tid }) => `${pid}/${tid}`,
  );
  const [busiest] = [...callbacks].sort(([, a], [, b]) => b.length - a.length);
  if (busiest === undefined) return { wallMs: [], processorMs: [] };
  const [thread, ofWindow] = busiest;
  const times = ofWindow.map(({ ts }) => ts).sort((a, b) => a - b);
  const wallMs: number[] = [];
  const processorMs: number[] = [];
  let callback = 0;
  for (const { ts, dur = 0, tdur = 0 } of outerTasks(events, thread)) {
    const firstInside = callback;
    while ((times[callback] ?? Infinity) <= ts + dur) callback++;
    if (callback > firstInside) {
      wallMs.push(0);
      processorMs.push(0);
    }
    // What came before the first frame belongs to none.
    if (wallMs.length === 0) continue;
    wallMs[wallMs.length - 1] = (wallMs.at(-1) ?? 0) + dur / 1000;
    processorMs[processorMs.length - 1] = (processorMs.at(-1) ?? 0) + tdur / 1000;
  }
  return { wallMs, processorMs: processorMs.some((ms) => ms > 0) ? processorMs : [] };
}

/** Tasks of a thread in their order, without those that ran inside another: its time holds theirs. */
function outerTasks(events: readonly TraceEvent[], thread: string): readonly TraceEvent[] {
  const tasks = events
    .filter(({ name, pid, tid }) => name === 'RunTask' && `${pid}/${tid}` === thread)
    .sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
  let endOfOuter = -Infinity;
  return tasks.filter(({ ts, dur = 0 }) => {
    if (ts + dur <= endOfOuter) return false;
    endOfOuter = ts + dur;
    return true;
  });
}
