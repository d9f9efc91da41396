import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { tinyClipConfig, writeMadeUpCheckpoint } from '../support/made-up-checkpoints.ts';
import { askHost } from './ask-host.ts';
import { expectAccessible } from './expect-accessible.ts';
import { expect, test } from './fixtures.ts';
import { DataPage } from './pages/data-page.ts';
import { Frame } from './pages/frame.ts';
import { ModelsPage } from './pages/models-page.ts';
import { ReviewPage } from './pages/review-page.ts';
import { ThresholdsPage } from './pages/thresholds-page.ts';
import { makeMvtecClass, makePlainFolder } from './test-images.ts';
import { waitUntilThresholdIsSaved } from './wait-until-saved.ts';

const goodCount = 12;
const scratchedCount = 10;

interface Truth {
  readonly imageId: number;
  readonly score: number;
  readonly label: 'good' | 'anomalous' | null;
}

/** What is stored of the run in the address, worst first. */
async function readTruth(page: Page): Promise<readonly Truth[]> {
  const parameters = new URLSearchParams(new URL(page.url()).hash.split('?')[1]);
  const columns = await askHost(page, 'images.columns', {
    datasetId: Number(parameters.get('set')),
    runId: Number(parameters.get('run')),
  });
  return columns.imageIds
    .map((imageId, row) => ({
      imageId,
      score: columns.scores[row] ?? NaN,
      label: columns.labels[row] ?? null,
    }))
    .sort((a, b) => b.score - a.score);
}

function countTruth(truth: readonly Truth[], isIn: (score: number) => boolean) {
  const count = (label: Truth['label']) =>
    truth.filter((one) => one.label === label && isIn(one.score)).length;
  return { anomalous: count('anomalous'), good: count('good') };
}

/** The table says what counting every image at the handles' values says. */
async function expectTrueCounts(view: ThresholdsPage, truth: readonly Truth[]): Promise<void> {
  await expect(async () => {
    const threshold = await view.value();
    const hasBand = (await view.handle('Lower threshold').count()) > 0;
    const second = hasBand ? await view.value('Lower threshold') : threshold;
    expect(await view.row('stopped')).toEqual(countTruth(truth, (score) => score >= threshold));
    expect(await view.row('passed')).toEqual(countTruth(truth, (score) => score < second));
    if (hasBand) {
      expect(await view.row('human')).toEqual(
        countTruth(truth, (score) => score >= second && score < threshold),
      );
    }
  }).toPass({ timeout: 10_000 });
}

test('a threshold is moved, counted, saved, exported, found again after a restart, and applied to another run', async ({
  workbench,
}, testInfo) => {
  let { page } = workbench;
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const frame = new Frame(page);
  const data = new DataPage(page);
  let view = new ThresholdsPage(page);
  const jsonFile = testInfo.outputPath('points', 'strict.json');

  await test.step('without a run it says what to do', async () => {
    await frame.goTo('Thresholds');
    await expect(page.getByText('Nothing to set a threshold on yet')).toBeVisible();
    await expectAccessible(page, 'Thresholds, empty');
    const folder = testInfo.outputPath('images');
    await makeMvtecClass(folder, { className: 'felt', goodCount, scratchedCount });
    await data.importFolder(folder);
    await data.startRun();
    await new ReviewPage(page).waitForEnd();
    await frame.goTo('Thresholds');
    await expect(view.handle()).toBeVisible();
  });
  const truth = await readTruth(page);

  await test.step('counts follow the handle, by mouse and by keys', async () => {
    expect(truth).toHaveLength(goodCount + scratchedCount);
    await expectTrueCounts(view, truth);
    const before = await view.value();
    await view.drag('Threshold', -160);
    expect(await view.value()).toBeLessThan(before);
    await expectTrueCounts(view, truth);
    await view.drag('Threshold', 240);
    await expectTrueCounts(view, truth);
    await view.press('Home');
    await expect.poll(() => view.row('passed')).toEqual({ anomalous: 0, good: 0 });
    await view.press('Shift+ArrowRight');
    await expect
      .poll(async () => {
        const { anomalous, good } = await view.row('passed');
        return anomalous + good;
      })
      .toBe(1);
    await view.press('PageUp', 'PageUp', 'ArrowRight', 'ArrowDown');
    await expectTrueCounts(view, truth);
    await expect(page.getByTestId('how-chosen')).toHaveText('Set by you.');
  });

  await test.step('recipes move the same handle, and say what the labels cannot promise', async () => {
    await view.cook('Best F1');
    await expectTrueCounts(view, truth);
    await view.cook('None missed');
    await expect.poll(async () => (await view.row('passed')).anomalous).toBe(0);
    await view.aim('Most good images stopped, %', '25');
    await view.cook('False alarms');
    await expect.poll(async () => (await view.row('stopped')).good).toBe(Math.floor(goodCount / 4));
    await view.aim('Most anomalous images missed, %', '20');
    await view.cook('Misses');
    await expect.poll(async () => (await view.row('passed')).anomalous).toBe(scratchedCount / 5);
    await view.aim('Most images stopped, %', '50');
    await view.cook('All stopped');
    await expectTrueCounts(view, truth);
    await view.aim('At most 1 missed in so many', '500');
    await view.cook('At most 1 missed');
    const promise = page.getByTestId('promise-missed');
    await expect(promise).toHaveAttribute('data-kind', 'too-few');
    // (1 - 1/500)^n is at most 0.025 from n = 1,843 on; the upper end for none of 10 is 30.8 %.
    await expect(promise).toContainText('none of 10 still allows 30.8 %. About 1,843 without one');
    await expectTrueCounts(view, truth);
    await expect(page.getByTestId('good-words')).toContainText(/^Of 1,000 good parts about [\d,]+ would be/);
  });

  await test.step('a middle band goes to a human', async () => {
    await page.getByRole('switch', { name: 'Middle band for a human' }).click();
    await expect(view.handle('Lower threshold')).toBeVisible();
    await view.drag('Lower threshold', -120);
    await expectTrueCounts(view, truth);
    await expectAccessible(page, 'Thresholds, images');
  });

  await test.step('the nearest images stand on both sides, and open in Review', async () => {
    await view.cook('Best F1');
    const threshold = await view.value();
    const above = truth.filter(({ score }) => score >= threshold).map(({ imageId }) => imageId);
    const below = truth.filter(({ score }) => score < threshold).map(({ imageId }) => imageId);
    await expect.poll(async () => (await view.nearest('Stopped')).at(-1)).toBe(above.at(-1));
    await expect.poll(async () => (await view.nearest('Passed'))[0]).toBe(below[0]);
    await page.locator(`nav [data-image="${below[0]}"]`).click();
    await expect(page.locator('main')).toHaveAttribute('data-view', 'review');
    expect(new URLSearchParams(new URL(page.url()).hash.split('?')[1]).get('image')).toBe(String(below[0]));
    await page.goBack();
    await expect(view.handle()).toBeVisible();
  });

  let threshold = 0;
  await test.step('it is saved, renamed, and written as JSON', async () => {
    threshold = await view.value();
    const second = await view.value('Lower threshold');
    await view.save('Line 4, strict');
    const rename = await view.chooseStep('Line 4, strict', 'Rename');
    await rename.getByRole('textbox', { name: 'Name' }).fill('Line 4');
    await rename.getByRole('button', { name: 'Rename' }).click();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(view.points).toHaveCount(1);
    const write = await view.chooseStep('Line 4', 'Export as JSON');
    await write.getByRole('textbox', { name: 'File' }).fill(jsonFile);
    await write.getByRole('button', { name: 'Write' }).click();
    await expect(write.getByRole('status')).toContainText(jsonFile);
    await write.getByRole('button', { name: 'Close' }).click();
    const stopped = countTruth(truth, (score) => score >= threshold);
    expect(JSON.parse(await readFile(jsonFile, 'utf8'))).toMatchObject({
      format: 'anomaly-workbench-operating-point/1',
      operatingPoint: {
        name: 'Line 4',
        methodId: 'baseline',
        level: 'image',
        threshold,
        secondThreshold: second,
        recipe: { kind: 'best-f1', target: null },
        counts: {
          truePositives: stopped.anomalous,
          falsePositives: stopped.good,
          trueNegatives: goodCount - stopped.good,
          falseNegatives: scratchedCount - stopped.anomalous,
        },
      },
    });
  });

  let mapThreshold = 0;
  await test.step('on maps, marked defects and regions are counted', async () => {
    await view.open('Pixels');
    await view.cook('None missed');
    await expect(page.getByTestId('defects-found')).toHaveText(`${scratchedCount} of ${scratchedCount}`);
    await view.press('End');
    await expect(page.getByTestId('defects-found')).not.toHaveText(`${scratchedCount} of ${scratchedCount}`);
    await view.cook('Best F1');
    await expect(page.getByTestId('how-chosen')).toContainText('best F1 of the pixels');
    const area = page.getByRole('textbox', { name: /^Smallest region/ });
    await area.fill('400');
    await area.press('Enter');
    await expect(page.getByText(/^px of/)).toBeVisible({ timeout: 30_000 });
    await view.save('Masks of line 4');
    mapThreshold = await view.value();
    await expectAccessible(page, 'Thresholds, pixels');
  });

  await test.step('a restart finds thresholds, points and place', async () => {
    await waitUntilThresholdIsSaved(
      page,
      ({ score, map, minRegionAreaPx }) =>
        score === threshold && map === mapThreshold && minRegionAreaPx === 400,
    );
    page = await workbench.restart('close');
    await page.emulateMedia({ reducedMotion: 'reduce' });
    view = new ThresholdsPage(page);
    await expect(view.handle()).toBeVisible({ timeout: 60_000 });
    expect(await view.value()).toBe(mapThreshold);
    await expect(page.getByRole('textbox', { name: /^Smallest region/ })).toHaveValue('400');
    await expect(view.points).toContainText(['Masks of line 4']);
    await view.open('Images');
    expect(await view.value()).toBe(threshold);
    await expect(view.points).toHaveCount(1);
    await expect(view.points).toContainText('in force');
    await expectTrueCounts(view, truth);
  });

  await test.step('another run takes it over, and is told that it means something else there', async () => {
    const checkpoint = await writeMadeUpCheckpoint(testInfo.outputPath('checkpoint'), 'openai-torchscript', {
      config: tinyClipConfig,
    });
    const models = new ModelsPage(page);
    await models.importShown(await models.lookInto(checkpoint), 'Tiny');
    await new Frame(page).goTo('Review');
    await new DataPage(page).startRun('CLIP');
    await new ReviewPage(page).waitForEnd();
    await new Frame(page).goTo('Thresholds');
    await expect(view.points).toContainText('two methods do not score on one scale');
    await page.getByRole('button', { name: 'Apply «Line 4»' }).click();
    await expect(view.points).toContainText('in force');
    await expect.poll(() => view.value()).toBe(threshold);
    await expectTrueCounts(view, await readTruth(page));
  });

  await test.step('it is removed after a question, and the light is as usable', async () => {
    const remove = await view.chooseStep('Line 4', 'Remove');
    await remove.getByRole('button', { name: 'Remove' }).click();
    await expect(view.points).toHaveCount(0);
    expect(await view.value()).toBe(threshold);
    await new Frame(page).chooseTheme('Light');
    await new Frame(page).goTo('Thresholds');
    await expect(view.handle()).toBeVisible();
    await expectAccessible(page, 'Thresholds, light');
  });
});

test('an unlabelled batch is cut by its share of alarms, and nothing is claimed of misses', async ({
  window,
}, testInfo) => {
  await window.emulateMedia({ reducedMotion: 'reduce' });
  const folder = testInfo.outputPath('batch');
  await makePlainFolder(folder, 30);
  const data = new DataPage(window);
  const view = new ThresholdsPage(window);
  await data.importFolder(folder);
  await data.startRun();
  await new ReviewPage(window).waitForEnd();
  await new Frame(window).goTo('Thresholds');
  await expect(view.recipes.getByRole('button', { name: 'Best F1' })).toBeDisabled();
  await expect(view.recipes.getByRole('button', { name: 'At most 1 missed' })).toBeDisabled();
  await view.cook('Unlabelled stopped');
  await expect(window.getByTestId('unlabelled-words')).toContainText('3 of 30 images are stopped: 10.0 %');
  await expect(window.getByText('A curve needs images')).toBeVisible();
  await expectAccessible(window, 'Thresholds, unlabelled');
  await view.open('Pixels');
  await expect(window.getByTestId('without-masks')).toBeVisible();
  await view.cook('Unlabelled stopped');
  await expect(window.getByTestId('unlabelled-words')).toContainText(/[0-3] of 30 images are stopped/);
});
