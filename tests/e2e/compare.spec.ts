import { tinyClipConfig, writeMadeUpCheckpoint } from '../support/made-up-checkpoints.ts';
import { expectAccessible } from './expect-accessible.ts';
import { expect, test } from './fixtures.ts';
import { ComparePage } from './pages/compare-page.ts';
import { DataPage } from './pages/data-page.ts';
import { Frame } from './pages/frame.ts';
import { ModelsPage } from './pages/models-page.ts';
import { ReviewPage } from './pages/review-page.ts';

test('three methods of the sample set are compared, and every figure leads to its images', async ({
  window,
}, testInfo) => {
  await window.emulateMedia({ reducedMotion: 'reduce' });
  const frame = new Frame(window);
  const data = new DataPage(window);
  const review = new ReviewPage(window);
  const compare = new ComparePage(window);

  await test.step('without data, and with one run only, it says what to do', async () => {
    await frame.goTo('Compare');
    await expect(window.getByText('Nothing to compare yet')).toBeVisible();
    await expectAccessible(window, 'Compare, empty');
    await window.getByRole('button', { name: 'Go to Data' }).click();
    await window.getByRole('button', { name: 'Try the sample images' }).click();
    await review.waitForEnd();
    await frame.goTo('Compare');
    await expect(window.getByText(/Only one run of/)).toBeVisible();
    await expect(window.getByRole('main').getByRole('button', { name: 'Start a run' })).toBeVisible();
  });

  await test.step('three methods stand side by side', async () => {
    const checkpoint = await writeMadeUpCheckpoint(testInfo.outputPath('checkpoint'), 'openai-torchscript', {
      config: tinyClipConfig,
    });
    const models = new ModelsPage(window);
    await models.importShown(await models.lookInto(checkpoint), 'Tiny');
    await frame.goTo('Review');
    await data.startRun('CLIP', 'CLIP-AC');
    await review.waitForEnd();
    await frame.goTo('Compare');
    await expect(compare.panes).toHaveCount(3);
    await compare.waitForHeat();
    await expect(window.getByTestId('pane-facts').filter({ hasText: /rank \d+ of 48/ })).toHaveCount(3);
    await testInfo.attach('compare', { body: await window.screenshot(), contentType: 'image/png' });
  });

  await test.step('the images come by rank disagreement: the first one parts the methods', async () => {
    const ranks = await compare.ranks();
    expect(Math.max(...ranks) - Math.min(...ranks)).toBeGreaterThan(10);
    const first = await compare.shownImage();
    await compare.order('Score of A');
    await expect.poll(async () => (await compare.ranks())[0]).toBe(1);
    await compare.order('Rank disagreement');
    await expect.poll(() => compare.shownImage()).toBe(first);
    await window.keyboard.press('Escape');
    await compare.panes.first().getByRole('img').click();
    await window.keyboard.press('ArrowRight');
    await expect.poll(() => compare.shownImage()).not.toBe(first);
  });

  await test.step('zoom, pan and pointer of one pane are those of all', async () => {
    await compare.waitForImage();
    const fitted = await compare.imageChecksums();
    await compare.panes.nth(1).getByRole('img').hover();
    await window.mouse.wheel(0, -500);
    await expect
      .poll(async () => (await compare.imageChecksums()).every((sum, k) => sum !== fitted[k]))
      .toBe(true);
    await expect(window.getByTestId('shared-pointer')).toHaveCount(2);
    await expect(compare.panes.getByText(/map -?\d/)).toHaveCount(3);
    await window.keyboard.press('0');
    await expect.poll(() => compare.imageChecksums()).toEqual(fitted);
  });

  await test.step('a cell of the table shows the images that make it', async () => {
    const cell = compare.side.getByRole('button', { name: /^Image AUROC of A, gauge/ });
    await cell.click();
    await expect(cell).toHaveAttribute('aria-pressed', 'true');
    await expect(window.getByRole('combobox', { name: 'Order' })).toHaveText(/Image AUROC of A, gauge/);
    await expect(window.getByText('6 images', { exact: true })).toBeVisible();
    await expectAccessible(window, 'Compare, metrics');
    await window.goBack();
    await expect(window.getByText('48 images', { exact: true })).toBeVisible();
  });

  await test.step('scatter and curves open the image that is clicked', async () => {
    await compare.besides('Scatter');
    const before = await compare.shownImage();
    const scatter = window.getByTestId('score-scatter');
    await expectAccessible(window, 'Compare, scatter');
    const { width = 0, height = 0 } = (await scatter.boundingBox()) ?? {};
    // The highest score across stands on the right edge, the lowest on the left: one of them is another image.
    await expect(async () => {
      for (const x of [width - 12, 12])
        for (let share = 0.02; share < 1; share += 0.08)
          await scatter.click({ position: { x, y: height * share } });
      expect(await compare.shownImage()).not.toBe(before);
    }).toPass();
    await compare.besides('ROC');
    await expect(window.getByTestId('compare-curves')).toBeVisible();
    await expectAccessible(window, 'Compare, ROC');
    await compare.besides('PR');
    await window.getByTestId('compare-curves').click({ position: { x: 160, y: 160 } });
    await expectAccessible(window, 'Compare, precision and recall');
    await compare.besides('Metrics');
  });

  await test.step('a run is left out, and the address brings the comparison back', async () => {
    await compare.panes.nth(1).getByRole('button', { name: 'Leave B out' }).click();
    await expect(compare.panes).toHaveCount(2);
    await window.reload();
    await expect(compare.panes).toHaveCount(2);
    await window.getByRole('button', { name: /^Add/ }).click();
    await window.getByRole('menuitem').first().click();
    await expect(compare.panes).toHaveCount(3);
  });

  await test.step('it is as usable in the light', async () => {
    await frame.chooseTheme('Light');
    await frame.goTo('Compare');
    await compare.waitForHeat();
    await expectAccessible(window, 'Compare, light');
  });
});
