import path from 'node:path';
import { expect, test } from './fixtures.ts';
import { DataPage } from './pages/data-page.ts';
import { Frame } from './pages/frame.ts';
import { ReviewPage } from './pages/review-page.ts';
import { makeMvtecClass } from './test-images.ts';
import { waitUntilPlaceIsSaved, waitUntilThresholdIsSaved } from './wait-until-saved.ts';

test('a second start on the same data folder finds data, runs, thresholds, theme and place', async ({
  workbench,
}, testInfo) => {
  const folder = testInfo.outputPath('images');
  await makeMvtecClass(folder, { className: 'felt', goodCount: 4, scratchedCount: 4 });
  const first = workbench.page;
  await new Frame(first).chooseTheme('Light');
  const data = new DataPage(first);
  await data.importFolder(folder);
  await data.startRun();
  const review = new ReviewPage(first);
  await review.waitForEnd();
  await review.goToWorst(8);
  const heading = first.getByRole('complementary').getByRole('heading', { level: 1 });
  const worst = await heading.innerText();
  await review.pressOnSlider('Score threshold', 'End');
  await expect(first.getByText('Set by you.')).toBeVisible();
  await first.getByTestId('stage').click();
  await first.keyboard.press('ArrowRight');
  await first.keyboard.press('ArrowRight');
  await expect.poll(() => review.position()).toEqual({ index: 3, count: 8 });
  await review.waitForHeat();
  await expect(heading).not.toHaveText(worst);
  const file = await heading.innerText();
  const verdict = await first.getByTestId('verdict').innerText();
  await waitUntilPlaceIsSaved(first);
  await waitUntilThresholdIsSaved(first, ({ score }) => score !== null);

  const second = await workbench.restart('close');
  const reviewAgain = new ReviewPage(second);
  await expect(second.locator('html')).toHaveAttribute('data-theme', 'light');
  await expect(second.getByRole('complementary').getByRole('heading', { level: 1 })).toHaveText(file);
  await expect.poll(() => reviewAgain.position()).toEqual({ index: 3, count: 8 });
  await expect(second.getByTestId('verdict')).toHaveText(verdict);
  await expect(second.getByText('Set by you.')).toBeVisible();
  await reviewAgain.waitForHeat();

  await new Frame(second).goTo('Data');
  await expect(new DataPage(second).card(path.basename(folder))).toContainText('Block statistics');
});

test('back and forward lead through views and data sets', async ({ window }, testInfo) => {
  const folder = testInfo.outputPath('images');
  await makeMvtecClass(folder, { className: 'felt', goodCount: 2, scratchedCount: 2 });
  await new DataPage(window).importFolder(folder);
  const frame = new Frame(window);
  const main = window.locator('main');
  await frame.goTo('Models');
  await frame.goTo('Settings');
  await window.goBack();
  await expect(main).toHaveAttribute('data-view', 'models');
  await window.goBack();
  await expect(main).toHaveAttribute('data-view', 'images');
  await expect(window.getByTestId('gallery').getByRole('button')).toHaveCount(4);
  await window.goForward();
  await window.goForward();
  await expect(main).toHaveAttribute('data-view', 'settings');
});
