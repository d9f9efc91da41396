import { chromium, expect, test } from '@playwright/test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatFigures, type Figure } from '../bench/window/figures.ts';
import { largeSet, makeUpSet } from '../bench/window/made-up-set.ts';
import { measureComparison } from '../bench/window/measure-compare.ts';
import {
  measureFilters,
  measureOpening,
  measureOrders,
  measureScrolling,
  measureSearch,
  readCalls,
} from '../bench/window/measure-gallery.ts';
import { measureMemory } from '../bench/window/measure-memory.ts';
import { measureDrags, measureImages } from '../bench/window/measure-review.ts';
import { openScene, smallExtent, type Scene } from '../bench/window/scene.ts';
import { startWeb } from './hosts.ts';

const small = { ...largeSet, count: 300, pictureCount: 12 };

/** The bench of the window, once through on a small set: what it clicks is there, and it reads a number everywhere. */
test('the bench of the window finds all that it measures', async ({}, testInfo) => {
  test.skip(testInfo.project.name !== 'web', 'It measures a browser.');
  test.setTimeout(180_000);
  const scratch = await mkdtemp(path.join(tmpdir(), 'workbench-bench-'));
  const browser = await chromium.launch({
    executablePath: process.env['WORKBENCH_BROWSER'],
    chromiumSandbox: process.getuid?.() !== 0,
  });
  try {
    const set = await makeUpSet(small, scratch);
    const host = await startWeb(set.dataFolder, browser);
    try {
      const scene = await openScene(browser, host.page, set, smallExtent);
      const figures: Figure[] = [];
      const parts: readonly ((scene: Scene) => Promise<Figure[]>)[] = [
        measureOpening,
        readCalls,
        measureOrders,
        measureFilters,
        (each) => measureSearch(each, small),
        measureScrolling,
        (each) => measureImages(each, small.count),
        measureDrags,
        measureComparison,
        measureMemory,
      ];
      for (const part of parts) figures.push(...(await part(scene)));
      const isUnknown = ({ value }: Figure) => !Number.isFinite(value) || value < 0;
      expect(formatFigures(figures.filter(isUnknown)).split('\n').slice(1)).toEqual([]);
      expect(figures.filter(({ aim }) => aim !== null).length).toBeGreaterThan(20);
    } finally {
      await host.stop('close');
    }
  } finally {
    await browser.close();
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
});
