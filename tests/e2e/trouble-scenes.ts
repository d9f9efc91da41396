import { mkdir, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { expect } from './fixtures.ts';
import type { LineToHost } from './line-to-host.ts';
import { DataPage } from './pages/data-page.ts';
import { ExportPage } from './pages/export-page.ts';
import { Frame } from './pages/frame.ts';
import { ReviewPage } from './pages/review-page.ts';
import { StartPage } from './pages/start-page.ts';
import { fillDisk, startOnSmallDisks, whyNoSmallDisk } from './small-disks.ts';
import { makeMvtecClass } from './test-images.ts';

/** What a view shows while its answer is not there yet, or the host is not. */
export function waitingScenes(line: LineToHost, reviewHash: string) {
  const view = (name: string) => reviewHash.replace('review', name);
  const waiting = (scene: string, hash: string, ...methods: readonly string[]) => ({
    name: `80-waiting-${scene}`,
    hasHeading: false,
    show: async (page: Page) => {
      await load(page, hash);
      line.hold(...methods);
      await page.reload();
      await expect(page.locator('main').getByRole('progressbar').first()).toBeVisible();
    },
    leave: async (page: Page) => {
      line.mend();
      await page.reload();
      await expect(page.locator('main :is(h1, h2)').first()).toBeVisible();
    },
  });
  return [
    waiting('data', '#/data', 'datasets.list'),
    waiting('images', view('images'), 'images.columns'),
    waiting('review', reviewHash, 'runs.scores'),
    waiting('thresholds', view('thresholds'), 'runs.scores'),
    waiting('compare', view('compare').replace(/&run=\d+/, ''), 'runs.scores'),
    waiting('models', '#/models', 'models.list'),
    {
      name: '81-connection-lost',
      show: async (page: Page) => {
        await load(page, reviewHash);
        await new ReviewPage(page).waitForHeat();
        await line.cut();
        await expect(page.getByText(/^The connection to the workbench is lost/)).toBeVisible();
      },
      leave: async (page: Page) => {
        line.mend();
        await expect(page.getByText(/^The connection to the workbench is lost/)).toHaveCount(0);
      },
    },
  ];
}

/** Runs a model whose weights were damaged after their import. Resolves with the address of the run. */
export async function makeFailedRun(page: Page, modelFolder: string, modelName: string): Promise<string> {
  await truncate(path.join(modelFolder, 'model.safetensors'), 1000);
  await page.getByRole('button', { name: 'Start a run' }).first().click();
  await new StartPage(page).choose('CLIP');
  await page.getByRole('combobox', { name: 'Model' }).first().click();
  await page.getByRole('option', { name: modelName }).click();
  await page.getByRole('button', { name: /^Start on/ }).click();
  await expect(page.getByTestId('run-strip').getByTestId('job')).toHaveAttribute('data-state', 'failed', {
    timeout: 60_000,
  });
  return new URL(page.url()).hash;
}

export function failedRunScenes(failedHash: string) {
  return [
    {
      name: '82-run-failed',
      show: async (page: Page) => {
        await load(page, failedHash);
        await expect(page.getByTestId('run-strip')).toBeVisible();
      },
    },
    {
      name: '83-jobs-failed',
      show: async (page: Page) => {
        await load(page, failedHash);
        await new Frame(page).openJobs();
      },
    },
  ];
}

/**
 * A window whose data folder and export folder are small disks, both full when the scenes are shown: a run that cannot
 * begin, an export that stopped. Says aloud where no such disk can be made.
 */
export async function onFullDisks(
  browser: Browser,
  show: (page: Page, scenes: ReturnType<typeof fullDiskScenes>) => Promise<void>,
): Promise<void> {
  const missing = whyNoSmallDisk();
  if (missing !== null) {
    console.warn(`NO PICTURE OF A FULL DISK IS TAKEN HERE: ${missing}`);
    return;
  }
  const scratch = await mkdtemp(path.join(tmpdir(), 'workbench-full-'));
  const [dataFolder, disk] = [path.join(scratch, 'data'), path.join(scratch, 'disk')];
  for (const folder of [dataFolder, disk]) await mkdir(folder);
  const images = path.join(scratch, 'images');
  await makeMvtecClass(images, { className: 'felt', goodCount: 6, scratchedCount: 6 });
  const host = await startOnSmallDisks(dataFolder, { [dataFolder]: 64, [disk]: 8 });
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  try {
    const page = await context.newPage();
    await page.goto(host.url);
    const data = new DataPage(page);
    await data.importFolder(images);
    await data.startRun();
    await new ReviewPage(page).waitForEnd();
    const hash = new URL(page.url()).hash;
    await exportOnto(page, path.join(disk, 'out'), () => fillDisk(host.inside(path.join(disk, 'ballast'))));
    await show(page, fullDiskScenes(hash, host.inside(path.join(dataFolder, 'ballast'))));
  } finally {
    await context.close();
    await host.stop();
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function exportOnto(page: Page, target: string, fill: () => Promise<void>): Promise<void> {
  const view = new ExportPage(page);
  await view.open();
  for (const kind of ['Overlays', 'Maps, 32-bit TIFF', 'Maps, NPY']) await view.kind(kind).check();
  await view.folder.fill(target);
  await expect(view.fact('Free on the disk')).toBeVisible();
  await fill();
  await view.exportTo(target);
  await expect(view.last.getByTestId('job')).toHaveAttribute('data-state', 'failed', { timeout: 60_000 });
}

function fullDiskScenes(reviewHash: string, ballast: string) {
  return [
    {
      name: '84-disk-full-export',
      show: async (page: Page) => {
        await load(page, reviewHash.replace('review', 'export'));
        await expect(page.getByText(/There is no room left on the disk/).first()).toBeVisible();
      },
    },
    {
      name: '85-disk-full-run',
      show: async (page: Page) => {
        await load(page, reviewHash.replace('review', 'start'));
        await new StartPage(page).choose('Block statistics');
        await fillDisk(ballast);
        await page.getByRole('button', { name: /^Start on/ }).click();
        await expect(page.getByText(/Free some space/).first()).toBeVisible();
      },
      leave: () => rm(ballast),
    },
  ];
}

async function load(page: Page, hash: string): Promise<void> {
  await page.evaluate((target) => {
    window.location.hash = target;
  }, hash);
}
