// Takes every view in both themes at two sizes, from a fresh data folder: npm run screenshots -- DIR [DATA SET FOLDER]
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, expect, type Page } from '@playwright/test';
import { buildProject } from '../../src-main/launch/build.mjs';
import { obtainBrowser } from '../../src-main/launch/find-browser.mjs';
import { tinyClipConfig, writeMadeUpCheckpoint } from '../support/made-up-checkpoints.ts';
import { startWeb } from './hosts.ts';
import { tapLine } from './line-to-host.ts';
import { DataPage } from './pages/data-page.ts';
import { Frame } from './pages/frame.ts';
import { ModelsPage } from './pages/models-page.ts';
import { ReviewPage } from './pages/review-page.ts';
import { addBrokenFiles, makeMvtecClass, makePlainFolder } from './test-images.ts';
import { thresholdScenes } from './threshold-scenes.ts';
import { beforeAnyData, goToHash, withData, type Scene } from './view-scenes.ts';
import { makeTraining, makeTrainingsAtWork, trainingsAtWork, trainingScenes } from './training-scenes.ts';
import { failedRunScenes, makeFailedRun, onFullDisks, waitingScenes } from './trouble-scenes.ts';

const sizes = [
  { width: 1280, height: 720 },
  { width: 2560, height: 1440 },
] as const;
const themes = ['Dark', 'Light'] as const;

/** The folder that is shown: the one named, the fixture beside a checkout, or images made here. */
async function chooseDataFolder(named: string | undefined, scratch: string): Promise<string> {
  const fixture = path.resolve(import.meta.dirname, '../../../shared/data/fixture');
  if (named !== undefined) return path.resolve(named);
  if (existsSync(fixture)) return fixture;
  const made = path.join(scratch, 'surfaces');
  for (const className of ['felt', 'steel', 'tile'])
    await makeMvtecClass(made, { className, goodCount: 12, scratchedCount: 12 });
  return made;
}

/** Where the one imported model lies. */
async function folderOfModel(dataFolder: string): Promise<string> {
  const models = path.join(dataFolder, 'models');
  const own = (await readdir(models)).find((name) => name.startsWith('made-up'));
  if (own === undefined) throw new Error(`There is no made-up model in ${models}.`);
  return path.join(models, own);
}

async function takeAll(page: Page, scenes: readonly Scene[], target: string): Promise<void> {
  for (const theme of themes) {
    await new Frame(page).chooseTheme(theme);
    for (const size of sizes) {
      await page.setViewportSize(size);
      for (const scene of scenes) {
        await scene.show(page);
        if (scene.hasHeading !== false) await expect(page.locator('main :is(h1, h2)').first()).toBeVisible();
        await page.mouse.move(0, 0);
        await page.evaluate(async () => {
          await document.fonts.ready;
          // A bar that only says that something goes on never ends.
          const ending = document
            .getAnimations()
            .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
          await Promise.allSettled(ending.map(({ finished }) => finished));
          await Promise.allSettled([...document.images].map((image) => image.decode()));
        });
        const name = `${scene.name}-${theme.toLowerCase()}-${size.width}x${size.height}.png`;
        await page.screenshot({ path: path.join(target, name) });
        await page.keyboard.press('Escape');
        await expect(page.getByRole('dialog')).toHaveCount(0);
        await scene.leave?.(page);
      }
    }
  }
}

async function main(): Promise<void> {
  const [target, named] = process.argv.slice(2);
  if (target === undefined) throw new Error('Say where the screenshots go: npm run screenshots -- DIR');
  await mkdir(target, { recursive: true });
  await buildProject();
  const found = await obtainBrowser(console.log);
  if (!found.executable) throw new Error(found.reason);
  const scratch = await mkdtemp(path.join(tmpdir(), 'workbench-screenshots-'));
  const browser = await chromium.launch({
    executablePath: found.executable,
    args: ['--disable-background-networking', '--no-first-run'],
    chromiumSandbox: process.getuid?.() !== 0,
  });
  const host = await startWeb(path.join(scratch, 'data'), browser);
  try {
    const { page } = host;
    const folder = await chooseDataFolder(named, scratch);
    const brokenFolder = path.join(scratch, 'delivery-2026-11');
    await makePlainFolder(brokenFolder, 40);
    await addBrokenFiles(brokenFolder);

    await takeAll(page, beforeAnyData, target);
    await page.setViewportSize(sizes[0]);
    const checkpoint = await writeMadeUpCheckpoint(path.join(scratch, 'checkpoint'), 'openai-torchscript', {
      config: tinyClipConfig,
    });
    const models = new ModelsPage(page);
    await models.importShown(await models.lookInto(checkpoint), 'Made-up CLIP');
    await models.importPrompts(
      path.resolve(import.meta.dirname, '../support/fixtures/anomalyclip-prompts.pth'),
    );
    const data = new DataPage(page);
    await data.importFolder(brokenFolder);
    await data.startRun();
    await new ReviewPage(page).waitForEnd();
    const batchHash = new URL(page.url()).hash;
    await data.importFolder(folder);
    await data.startRun();
    await new ReviewPage(page).waitForEnd();
    const reviewHash = new URL(page.url()).hash;
    await takeAll(page, thresholdScenes(reviewHash, batchHash), target);
    await page.setViewportSize(sizes[0]);
    await goToHash(page, reviewHash);
    await takeAll(page, trainingScenes(await makeTraining(page)), target);
    await page.setViewportSize(sizes[0]);
    await goToHash(page, reviewHash);
    await takeAll(page, trainingsAtWork(await makeTrainingsAtWork(page)), target);
    await page.setViewportSize(sizes[0]);
    await goToHash(page, reviewHash);
    // Two more methods, so that there is something to compare.
    await data.startRun('CLIP', 'CLIP-AC');
    await new ReviewPage(page).waitForEnd();
    await takeAll(
      page,
      withData(folder, brokenFolder, reviewHash, reviewHash.replace('review', 'images')),
      target,
    );
    await page.setViewportSize(sizes[0]);
    await takeAll(page, waitingScenes(await tapLine(page), reviewHash), target);
    await page.setViewportSize(sizes[0]);
    await goToHash(page, reviewHash);
    const failedHash = await makeFailedRun(
      page,
      await folderOfModel(path.join(scratch, 'data')),
      'Made-up CLIP',
    );
    await takeAll(page, failedRunScenes(failedHash), target);
    await onFullDisks(browser, (window, scenes) => takeAll(window, scenes, target));
  } finally {
    await host.stop('close');
    await browser.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

await main();
