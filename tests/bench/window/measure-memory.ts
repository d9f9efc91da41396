import { readFile } from 'node:fs/promises';
import { expect } from '@playwright/test';
import { ComparePage } from '../../e2e/pages/compare-page.ts';
import { GalleryPage } from '../../e2e/pages/gallery-page.ts';
import { ReviewPage } from '../../e2e/pages/review-page.ts';
import { figure, type Figure } from './figures.ts';
import { hashOf, patiently, type Scene } from './scene.ts';

const aimMb = 400;

/** After a walk through every view, with everything of it in the caches. */
export async function measureMemory({ page, bench, set, browser }: Scene): Promise<Figure[]> {
  await bench.goTo(hashOf('images', set));
  await patiently(() => expect(new GalleryPage(page).tiles.first()).toBeVisible());
  await bench.goTo(hashOf('review', set));
  await patiently(() => new ReviewPage(page).waitForHeat());
  for (let step = 0; step < 15; step++) {
    await page.keyboard.press('ArrowRight');
    await page.waitForTimeout(100);
  }
  await bench.goTo(hashOf('thresholds', set));
  await patiently(() => expect(page.getByRole('slider', { name: 'Threshold', exact: true })).toBeVisible());
  const compare = new ComparePage(page);
  for (const side of ['scatter', 'roc', 'pr']) {
    await bench.goTo(hashOf('compare', set, { runs: set.runIds.join(','), side }));
    await patiently(() => compare.waitForHeat());
  }
  for (const view of ['models', 'settings', 'data']) {
    await bench.goTo(hashOf(view, set));
    await patiently(() => expect(page.locator(`main[data-view="${view}"]`)).toBeVisible());
  }
  await bench.goTo(hashOf('images', set));
  await patiently(() => expect(new GalleryPage(page).tiles.first()).toBeVisible());
  await page.waitForTimeout(500);
  const heap = await bench.heapMb();
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const renderers = await Promise.all(
    processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => residentMb(id)),
  );
  return [
    figure('heap after a walk through all views', heap.objects + heap.arrays, {
      unit: 'MB',
      aim: aimMb,
      note: `after collecting garbage: objects ${heap.objects.toFixed(0)} MB, typed arrays ${heap.arrays.toFixed(0)} MB`,
    }),
    figure('whole process of the window', Math.max(...renderers), {
      unit: 'MB',
      note: 'resident without shared libraries: heap, decoded pictures, canvases, software raster; NaN beside Linux',
    }),
  ];
}

/** Private pages of a process, in MB; NaN where the system does not tell. */
async function residentMb(pid: number): Promise<number> {
  try {
    const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
    const lines = [...text.matchAll(/^Private_\w+:\s+(\d+) kB/gm)];
    return lines.reduce((kilobytes, [, count]) => kilobytes + Number(count), 0) / 1000;
  } catch {
    return NaN;
  }
}
