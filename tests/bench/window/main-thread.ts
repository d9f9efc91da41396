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
type TraceEvent = z.infer<typeof eventSchema>;

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
  return name === 'RunTask' || name === 'BeginMainThreadFrame' || name === 'FireAnimationFrame';
}

/** The thread with the most frames is the window's; a frame lasts from its beginning to that of the next. */
function sumUp(events: readonly TraceEvent[]): MainThread {
  const starts = Map.groupBy(
    events.filter(({ name }) => name === 'FireAnimationFrame'),
    ({ pid, tid }) => `${pid}/${tid}`,
  );
  const [busiest] = [...starts].sort(([, a], [, b]) => b.length - a.length);
  if (busiest === undefined) return { wallMs: [], processorMs: [] };
  const [thread, frames] = busiest;
  const times = frames.map(({ ts }) => ts).sort((a, b) => a - b);
  const tasks = events
    .filter(({ name, pid, tid }) => name === 'RunTask' && `${pid}/${tid}` === thread)
    .sort((a, b) => a.ts - b.ts);
  const wallMs = new Float64Array(times.length);
  const processorMs = new Float64Array(times.length);
  let frame = 0;
  for (const { ts, dur = 0, tdur = 0 } of tasks) {
    const end = ts + dur;
    while (frame + 1 < times.length && (times[frame + 1] ?? Infinity) <= end) frame++;
    if (frame < times.length && end >= (times[0] ?? 0)) {
      wallMs[frame] = (wallMs[frame] ?? 0) + dur / 1000;
      processorMs[frame] = (processorMs[frame] ?? 0) + tdur / 1000;
    }
  }
  const hasProcessor = processorMs.some((ms) => ms > 0);
  return { wallMs: [...wallMs], processorMs: hasProcessor ? [...processorMs] : [] };
}
