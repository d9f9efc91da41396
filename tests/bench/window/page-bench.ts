import type { CDPSession, Page } from '@playwright/test';
import { readMainThread, type MainThread } from './main-thread.ts';
import type { Arrival, Arrived, FrameRecord } from './probe.ts';

/** Frames of an animation or a gesture, and what our thread did in each. */
export interface Smoothness extends FrameRecord {
  readonly mainThread: MainThread;
}

/** Does one thing to the page and says how long it took to be seen. */
export class PageBench {
  readonly page: Page;
  readonly cdp: CDPSession;

  constructor(page: Page, cdp: CDPSession) {
    this.page = page;
    this.cdp = cdp;
  }

  async goTo(hash: string): Promise<void> {
    await this.page.evaluate((target) => {
      window.location.hash = target;
    }, hash);
  }

  /** `trigger`: the event that `act` causes and that time is counted from. */
  async time(trigger: string, arrival: Arrival, act: () => Promise<void>): Promise<Arrived> {
    await this.page.evaluate(
      ([event, wanted]) => {
        window.bench.arm(event, wanted);
      },
      [trigger, arrival] as const,
    );
    await act();
    return await this.page.evaluate(() => window.bench.arrived());
  }

  /** The same for a change of address, from when it is set. */
  async timeAddress(arrival: Arrival, hash: string): Promise<Arrived> {
    return await this.page.evaluate(
      ([wanted, target]) => {
        window.bench.arm(null, wanted);
        window.bench.begin();
        window.location.hash = target;
        return window.bench.arrived();
      },
      [arrival, hash] as const,
    );
  }

  /** Records frames while `act` goes on. */
  async frames(act: () => Promise<void>): Promise<Smoothness> {
    const stop = await readMainThread(this.page);
    await this.page.evaluate(() => {
      window.bench.startFrames();
    });
    await act();
    const record = await this.page.evaluate(() => window.bench.stopFrames());
    return { ...record, mainThread: await stop() };
  }

  /** Turns the wheel steadily over a place, `distancePx` in all. */
  async wheel(
    at: { readonly x: number; readonly y: number },
    distancePx: number,
    pxPerS: number,
  ): Promise<void> {
    await this.cdp.send('Input.synthesizeScrollGesture', {
      ...at,
      yDistance: -distancePx,
      speed: pxPerS,
      gestureSourceType: 'mouse',
    });
  }

  /** Drags along a line and back, one step a frame at 60 a second. */
  async drag(from: { x: number; y: number }, to: { x: number; y: number }, steps: number): Promise<void> {
    const { mouse } = this.page;
    await mouse.move(from.x, from.y);
    await mouse.down();
    const startMs = performance.now();
    for (let step = 1; step <= steps; step++) {
      // A wave instead of a line, so that every stretch is crossed in both directions.
      const share = (1 - Math.cos((2 * Math.PI * step) / steps)) / 2;
      await mouse.move(from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share);
      const dueMs = startMs + (step * 1000) / 60;
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
    await mouse.up();
  }

  /** Megabytes that are held after everything that nobody holds was taken away: objects, and arrays outside the heap. */
  async heapMb(): Promise<{ readonly objects: number; readonly arrays: number }> {
    for (let round = 0; round < 3; round++) await this.cdp.send('HeapProfiler.collectGarbage');
    const { usedSize, embedderHeapUsedSize, backingStorageSize } =
      await this.cdp.send('Runtime.getHeapUsage');
    return { objects: (usedSize + embedderHeapUsedSize) / 1e6, arrays: backingStorageSize / 1e6 };
  }
}
