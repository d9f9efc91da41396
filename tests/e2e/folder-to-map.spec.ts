import { expect, test } from './fixtures.ts';
import { DataPage } from './pages/data-page.ts';
import { ReviewPage } from './pages/review-page.ts';
import { makeMvtecClass } from './test-images.ts';

test('a folder becomes anomaly maps in the window', async ({ window }, testInfo) => {
  const folder = testInfo.outputPath('images');
  await makeMvtecClass(folder, { className: 'felt', goodCount: 6, scratchedCount: 6 });
  await makeMvtecClass(folder, { className: 'tile', goodCount: 4, scratchedCount: 4 });
  const data = new DataPage(window);
  const review = new ReviewPage(window);

  await test.step('the preview shows what was understood before anything is stored', async () => {
    const preview = await data.lookInto(folder);
    await expect(preview.getByRole('heading', { name: '20 images, 2 classes' })).toBeVisible();
    const felt = preview.getByRole('list', { name: 'Classes' }).locator('> li').filter({ hasText: 'felt' });
    await expect(felt).toContainText('6 good');
    await expect(felt).toContainText('6 anomalous');
    await expect(felt).toContainText('6 masks');
    await expect(
      felt.getByRole('img', { name: /felt\/test\/scratch\/.*anomalous, with a mask/ }),
    ).not.toHaveCount(0);
    await expect(preview.getByRole('combobox', { name: 'Read as' })).toHaveText('MVTec AD');
    await expect(preview.getByText('Every file was opened once.')).toBeVisible();
    await data.frame.goTo('Data');
    await expect(window.getByText('No data sets yet')).toBeVisible();
    await window.goBack();
    await expect(preview.getByRole('heading', { name: '20 images, 2 classes' })).toBeVisible();
  });

  await test.step('the layout can be read otherwise', async () => {
    await data.readAs('Plain folder');
    // Without a layout the masks are images too.
    await expect(window.getByText('30 without a label')).toBeVisible();
    await data.readAs('MVTec AD');
    await expect(window.getByRole('heading', { name: '20 images, 2 classes' })).toBeVisible();
  });

  await test.step('the import fills the gallery', async () => {
    await data.importShown();
    await expect(window.getByTestId('gallery').getByRole('button')).toHaveCount(20);
  });

  await test.step('a run gives every image a score, worst first', async () => {
    await data.startRun();
    await review.waitForEnd();
    await review.goToWorst(20);
    await expect(window.getByTestId('verdict')).toContainText('Defect');
    await expect(window.getByText('Labelled anomalous')).toBeVisible();
  });

  await test.step('one class can be looked at alone, and back shows all again', async () => {
    await window.getByRole('button', { name: /^Class/ }).click();
    await window.getByRole('menuitem', { name: /^felt/ }).click();
    await expect.poll(() => review.position()).toEqual({ index: 1, count: 12 });
    await window.goBack();
    await expect.poll(() => review.position()).toEqual({ index: 1, count: 20 });
  });

  await test.step('the heat map is painted and follows opacity, colours and its switch', async () => {
    await review.waitForHeat();
    const before = await review.pixels('heat');
    await review.pressOnSlider('Opacity of the heat map', 'Home');
    await expect.poll(async () => (await review.pixels('heat')).meanAlpha).toBe(0);
    await review.pressOnSlider('Opacity of the heat map', 'End');
    await expect.poll(async () => (await review.pixels('heat')).meanAlpha).toBeGreaterThan(before.meanAlpha);

    const inferno = await review.pixels('heat');
    await window.getByRole('combobox', { name: 'Colours' }).click();
    await window.getByRole('option', { name: 'Viridis' }).click();
    await expect.poll(async () => (await review.pixels('heat')).checksum).not.toBe(inferno.checksum);

    await window.keyboard.press('Escape');
    await window.getByTestId('stage').click();
    await window.keyboard.press('o');
    await expect.poll(async () => (await review.pixels('heat')).paintedShare).toBe(0);
    await window.keyboard.press('o');
    await review.waitForHeat();
  });

  await test.step('contour, cut and regions follow the map threshold', async () => {
    const contour = await review.pixels('marks');
    expect(contour.paintedShare).toBeGreaterThan(0);
    await expect(window.getByTestId('region-count')).toBeVisible();
    const whole = await review.pixels('heat');
    await window.getByTestId('stage').click();
    await window.keyboard.press('x');
    await expect
      .poll(async () => (await review.pixels('heat')).paintedShare)
      .toBeLessThan(whole.paintedShare);
    await window.keyboard.press('x');

    await review.pressOnSlider('Map threshold', 'End');
    await expect.poll(async () => (await review.pixels('marks')).checksum).not.toBe(contour.checksum);
    await window.getByTestId('stage').click();
    await window.keyboard.press('c');
    await expect.poll(async () => (await review.pixels('marks')).paintedShare).toBe(0);
  });

  await test.step('the verdict follows the score threshold and says how it was chosen', async () => {
    await expect(window.getByText(/Chosen for the best F1/)).toBeVisible();
    await review.pressOnSlider('Score threshold', 'End', 'ArrowRight');
    await window.getByTestId('stage').click();
    await window.keyboard.press('End');
    await expect(window.getByTestId('verdict')).toContainText('Good');
    await window
      .getByRole('button', { name: /^Back to/ })
      .first()
      .click();
    await expect(window.getByText(/Chosen for the best F1/)).toBeVisible();
  });

  await test.step('ground truth is drawn where there is a mask', async () => {
    await window.getByTestId('stage').click();
    await window.keyboard.press('Home');
    await expect(window.getByText('Labelled anomalous')).toBeVisible();
    await window.keyboard.press('g');
    await expect.poll(async () => (await review.pixels('marks')).paintedShare).toBeGreaterThan(0);
    await window.keyboard.press('g');
  });

  await test.step('arrows go on without moving the image', async () => {
    // A slider that was moved with the mouse does not keep the arrow keys.
    await review.clickOnSlider('Map threshold', 0.3);
    await window.keyboard.press('ArrowRight');
    expect(await review.position()).toEqual({ index: 2, count: 20 });
    const zoomed = window.getByRole('toolbar', { name: 'Overlay' }).getByText(/%$/).last();
    await window.keyboard.press('+');
    const scale = await zoomed.innerText();
    await window.keyboard.press('ArrowRight');
    await expect(zoomed).toHaveText(scale);
    await window.keyboard.press('0');
    await expect(zoomed).not.toHaveText(scale);
    await window.keyboard.press('ArrowLeft');
    expect(await review.position()).toEqual({ index: 2, count: 20 });
  });

  await test.step('the wheel zooms and dragging moves the image', async () => {
    const fitted = await review.pixels('image');
    await window.getByTestId('stage').hover();
    await window.mouse.wheel(0, -400);
    await expect.poll(async () => (await review.pixels('image')).checksum).not.toBe(fitted.checksum);
    const zoomed = await review.pixels('image');
    await window.mouse.down();
    await window.mouse.move(500, 300, { steps: 4 });
    await window.mouse.up();
    await expect.poll(async () => (await review.pixels('image')).checksum).not.toBe(zoomed.checksum);
  });
});
