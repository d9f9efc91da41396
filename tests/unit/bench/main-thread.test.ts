// What lives here: unit tests of what the benches work their figures out with.
// What may not: benches themselves, or anything that measures time.
import { describe, expect, it } from 'vitest';
import { sumUp, type TraceEvent } from '../../bench/window/main-thread.ts';

const windowThread = { pid: 7, tid: 1 };
/** Microseconds, as a trace counts them. */
const task = (ts: number, dur: number, tdur?: number): TraceEvent => ({
  name: 'RunTask',
  ...windowThread,
  ts,
  dur,
  ...(tdur === undefined ? {} : { tdur }),
});
const callback = (ts: number, thread = windowThread): TraceEvent => ({
  name: 'FireAnimationFrame',
  ...thread,
  ts,
  dur: 100,
});

describe('work of the main thread per frame', () => {
  it('counts a frame once, however many callbacks it fires', () => {
    const events = [
      task(1000, 4000, 3000),
      ...[1200, 2000, 3000].map((ts) => callback(ts)),
      task(17_000, 6000, 5000),
      ...[17_100, 18_000, 19_000].map((ts) => callback(ts)),
    ];
    expect(sumUp(events)).toEqual({ wallMs: [4, 6], processorMs: [3, 5] });
  });

  it('adds to a frame what runs until the next one, and nothing that ran before the first', () => {
    const events = [
      task(0, 500, 500),
      task(1000, 2000, 1000),
      callback(1100),
      callback(1500),
      task(4000, 3000, 2000),
      task(17_000, 1000, 1000),
      callback(17_500),
    ];
    expect(sumUp(events)).toEqual({ wallMs: [5, 1], processorMs: [3, 1] });
  });

  it('does not count a task within a task twice', () => {
    const events = [task(1000, 5000, 4000), task(2000, 1000, 1000), callback(1100), callback(2100)];
    expect(sumUp(events)).toEqual({ wallMs: [5], processorMs: [4] });
  });

  it('looks only at the thread with the most callbacks, in whatever order the events came', () => {
    const worker = { pid: 7, tid: 2 };
    const events = [
      callback(17_200),
      { ...task(900, 9000, 9000), ...worker },
      callback(1000, worker),
      task(17_000, 3000, 3000),
      callback(1300),
      task(1000, 2000, 2000),
      callback(1200),
    ];
    expect(sumUp(events)).toEqual({ wallMs: [2, 3], processorMs: [2, 3] });
  });

  it('says so where processor time is not told, and where there was no frame', () => {
    expect(sumUp([task(1000, 2000), callback(1500)])).toEqual({ wallMs: [2], processorMs: [] });
    expect(sumUp([task(1000, 2000)])).toEqual({ wallMs: [], processorMs: [] });
  });
});
