import type { Browser, Page } from '@playwright/test';
import type { MadeUpSet } from './made-up-set.ts';
import { PageBench } from './page-bench.ts';
import { installProbe } from './probe.ts';
import type { Arrived } from './probe.ts';
import { figure, inMs, quantile, type Figure } from './figures.ts';

/** How much is done; the test does little, the bench enough for medians. */
export interface Extent {
  readonly repeats: number;
  readonly images: number;
  readonly scrollPx: number;
  readonly dragSteps: number;
}

export const wholeExtent: Extent = { repeats: 5, images: 50, scrollPx: 9000, dragSteps: 150 };
export const smallExtent: Extent = { repeats: 1, images: 2, scrollPx: 600, dragSteps: 8 };

/** A window on the made-up set, with the probe in it. */
export interface Scene {
  readonly set: MadeUpSet;
  readonly extent: Extent;
  readonly browser: Browser;
  readonly page: Page;
  readonly bench: PageBench;
  /** Of the host, without a path. */
  readonly origin: string;
}

export async function openScene(
  browser: Browser,
  page: Page,
  set: MadeUpSet,
  extent: Extent,
): Promise<Scene> {
  const { origin } = new URL(page.url());
  page.setDefaultTimeout(20_000);
  await page.addInitScript(installProbe);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  return { set, extent, browser, page, bench: new PageBench(page, cdp), origin };
}

/** `#/review?set=1&run=4`, with the last run of the set unless another is named. */
export function hashOf(
  view: string,
  { datasetId, runIds }: MadeUpSet,
  more: Readonly<Record<string, string | number>> = {},
): string {
  const fields = { set: datasetId, run: runIds.at(-1) ?? 0, ...more };
  const query = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
  return `#/${view}?${query.join('&')}`;
}

const patienceMs = 30_000;

/** For what has to be there before anything is measured: on a busy machine that takes longer than a test would wait. */
export async function patiently(look: () => Promise<void>): Promise<void> {
  const startMs = performance.now();
  for (;;) {
    try {
      await look();
      return;
    } catch (error) {
      if (performance.now() - startMs > patienceMs) throw error;
    }
  }
}

/** Until it is presented where that is known, else until our thread was done with it. */
export const shownMs = ({ mainMs, presentedMs }: Arrived) => presentedMs ?? mainMs;

/** Median of what was seen, with the share of our own thread beside it. */
export function arrivalFigure(what: string, arrivals: readonly Arrived[], aim: number, share = 0.5): Figure {
  const all = arrivals.map(shownMs);
  const own = quantile(
    arrivals.map(({ mainMs }) => mainMs),
    share,
  );
  const name = share === 0.5 ? 'median' : `p${share * 100}`;
  return figure(what, quantile(all, share), {
    aim,
    note: `${name} of ${all.length}, worst ${inMs(Math.max(...all))}; our thread done after ${inMs(own)}`,
  });
}
