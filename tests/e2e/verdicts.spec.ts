import { expectAccessible } from './expect-accessible.ts';
import { expect, test } from './fixtures.ts';
import { DataPage } from './pages/data-page.ts';
import { Frame } from './pages/frame.ts';
import { ReviewPage } from './pages/review-page.ts';
import { makeMvtecClass } from './test-images.ts';

test('twenty images are judged by keyboard, taken back, and found again after a kill', async ({
  workbench,
}, testInfo) => {
  const folder = testInfo.outputPath('images');
  await makeMvtecClass(folder, { className: 'felt', goodCount: 10, scratchedCount: 10 });
  const page = workbench.page;
  const review = new ReviewPage(page);
  const data = new DataPage(page);
  await data.importFolder(folder);
  await data.startRun();
  await review.waitForEnd();
  await review.goToWorst(20);

  await test.step('one key a verdict, and the next image is there', async () => {
    await expect(review.left).toHaveText('20 without a verdict');
    for (let k = 0; k < 20; k++) {
      await expect.poll(() => review.position()).toEqual({ index: k + 1, count: 20 });
      await page.keyboard.press(['d', 'a', 'u'][k % 3] ?? 'a');
    }
    await expect(review.left).toHaveText('Every image has a verdict');
    await expect(review.verdict('Good')).toHaveAttribute('aria-pressed', 'true');
    await expect(page.getByTestId('verdict-badge')).toHaveText('Good');
  });

  await test.step('undo leads back to the image, redo gives the verdict again', async () => {
    for (let k = 0; k < 3; k++) await page.keyboard.press('Control+z');
    await expect(review.left).toHaveText('3 without a verdict');
    expect(await review.position()).toEqual({ index: 18, count: 20 });
    await expect(review.verdict('Unsure')).toHaveAttribute('aria-pressed', 'false');
    await page.keyboard.press('Control+Shift+z');
    await expect(review.left).toHaveText('2 without a verdict');
    await expect(review.verdict('Unsure')).toHaveAttribute('aria-pressed', 'true');
    await expect(review.trail).toHaveCount(3);
    await page.keyboard.press('n');
    await expect.poll(() => review.position()).toEqual({ index: 19, count: 20 });
  });

  await test.step('filters keep the order, and an image stays while it is judged', async () => {
    await review.chooseFilter('Without a verdict');
    await expect.poll(() => review.position()).toEqual({ index: 1, count: 2 });
    await page.getByTestId('stage').click();
    await page.keyboard.press('d');
    await expect.poll(() => review.position()).toEqual({ index: 2, count: 2 });
    await page.getByRole('button', { name: /^Filter and sort again/ }).click();
    await expect.poll(() => review.position()).toEqual({ index: 1, count: 1 });
    await review.chooseFilter('Verdict: unsure');
    await expect.poll(async () => (await review.position()).count).toBe(6);
    await review.chooseFilter('All images');
    await expect.poll(async () => (await review.position()).count).toBe(20);
  });

  await test.step('verdicts, notes and the trail survive a reload and a kill of the host', async () => {
    await page.getByTestId('stage').click();
    await page.keyboard.press('Home');
    await expect.poll(() => review.position()).toEqual({ index: 1, count: 20 });
    await page.keyboard.press('t');
    await expect(review.note).toBeFocused();
    await page.keyboard.type('Scratch at the rim');
    await page.reload();
    await expect(review.note).toHaveValue('Scratch at the rim');
    await expect(review.trail.first()).toContainText('«Scratch at the rim»');
    await expect(review.trail.first()).toContainText('Block statistics');

    const again = new ReviewPage(await workbench.restart('kill'));
    await expect(again.note).toHaveValue('Scratch at the rim');
    await expect(again.verdict('Defect')).toHaveAttribute('aria-pressed', 'true');
    await expect(again.left).toHaveText('1 without a verdict');
    await expect(again.frame(1)).toHaveAccessibleName(/verdict defect, with a note$/);
  });
});

test('the picture is shown by window and level, and as the model saw it', async ({ window }, testInfo) => {
  const folder = testInfo.outputPath('images');
  await makeMvtecClass(folder, { className: 'felt', goodCount: 2, scratchedCount: 2 });
  const data = new DataPage(window);
  const review = new ReviewPage(window);
  await data.importFolder(folder);
  await data.startRun();
  await review.waitForEnd();
  await review.waitForHeat();
  const before = await review.pixels('image');
  await window.getByTestId('stage').click();
  await window.keyboard.press('m');
  await expect(window.getByText(/^As the model saw it: \d+×\d+ px$/)).toBeVisible();
  await expect.poll(async () => (await review.pixels('image')).checksum).not.toBe(before.checksum);
  await window.keyboard.press('m');

  const layer = window.getByTestId('stage').locator('canvas').first();
  await expect(layer).toHaveCSS('filter', 'none');
  await window.getByTestId('stage').hover();
  await window.mouse.down({ button: 'right' });
  await window.mouse.move(300, 400, { steps: 3 });
  await window.mouse.up({ button: 'right' });
  await expect(layer).toHaveCSS('filter', /url/);
  await window.keyboard.press('w');
  await expect(layer).toHaveCSS('filter', 'none');
  for (const theme of ['Dark', 'Light'] as const) {
    await new Frame(window).chooseTheme(theme);
    await window.goBack();
    await expect(window.getByTestId('stage')).toBeVisible();
    await window.getByRole('button', { name: 'Window, level and smoothing' }).click();
    await expectAccessible(window, `levels, ${theme}`);
    await window.keyboard.press('Escape');
    await expect(window.getByRole('dialog')).toHaveCount(0);
    // The focus is back on the button, and with it its tip.
    await window.getByTestId('stage').click();
    await expect(window.getByRole('tooltip')).toHaveCount(0);
    await expectAccessible(window, `review, ${theme}`);
  }
});
