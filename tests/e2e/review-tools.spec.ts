import { rename } from 'node:fs/promises';
import path from 'node:path';
import { expectAccessible } from './expect-accessible.ts';
import { expect, test } from './fixtures.ts';
import { DataPage } from './pages/data-page.ts';
import { Frame } from './pages/frame.ts';
import { ReviewPage } from './pages/review-page.ts';
import { makeMvtecClass, makePlainFolder, makeWideFolder, wideGreys } from './test-images.ts';

test('16-bit images are read out and shown by their own grey values', async ({ window }, testInfo) => {
  const folder = testInfo.outputPath('images');
  await makeWideFolder(folder, 4);
  const data = new DataPage(window);
  const review = new ReviewPage(window);
  await data.importFolder(folder);
  await data.startRun();
  await review.waitForEnd();
  await review.goToWorst(4);

  await test.step('the read-out has all 16 bits', async () => {
    await review.pointAt(0.5, 0.5);
    await expect(review.readOut).toContainText(`grey ${wideGreys.spot.toLocaleString('en-GB')}`);
    await expect(review.readOut).toContainText(/map \d/);
  });

  await test.step('one key takes the grey values of the image, and the picture shows them', async () => {
    const before = await review.pixels('image');
    await window.keyboard.press('q');
    const span = wideGreys.spot - wideGreys.darkest;
    const middle = (wideGreys.spot + wideGreys.darkest) / 2;
    const words = (value: number) => value.toLocaleString('en-GB');
    await expect(window.getByTestId('levels-badge')).toHaveText(
      `Window ${words(span)} · Level ${words(middle)}`,
    );
    await expect.poll(async () => (await review.pixels('image')).checksum).not.toBe(before.checksum);
  });

  await test.step('presets and numbers are in the units of the image', async () => {
    await window.getByRole('button', { name: 'Window, level and smoothing' }).click();
    const dialog = window.getByRole('dialog', { name: 'Picture' });
    await expect(dialog.getByRole('combobox', { name: 'Show' })).toHaveText(
      'Darkest to brightest of this image',
    );
    await dialog.getByRole('combobox', { name: 'Show' }).click();
    await window.getByRole('option', { name: '12 bits, 0 to 4,095' }).click();
    await expect(dialog.getByTestId('levels-range')).toContainText('Black at 0, white at 4,095');
    await dialog.getByRole('spinbutton', { name: 'Level in grey values' }).fill('1000');
    await expect(dialog.getByRole('combobox', { name: 'Show' })).toHaveText('Chosen by hand');
    await expectAccessible(window, 'levels of a 16-bit image');
    await window.keyboard.press('Escape');
    // What lies over the whole window goes a moment after the dialog itself.
    await expect(window.locator('.MuiModal-root')).toHaveCount(0);
  });

  await test.step('the right button drags the window narrower', async () => {
    const badge = window.getByTestId('levels-badge');
    const before = await badge.innerText();
    await review.pointAt(0.6, 0.5);
    await window.mouse.down({ button: 'right' });
    await review.pointAt(0.5, 0.5);
    await review.pointAt(0.4, 0.5);
    await window.mouse.up({ button: 'right' });
    await expect(badge).not.toHaveText(before);
    await window.keyboard.press('w');
    await expect(badge).toHaveCount(0);
  });
});

test('the image is looked at with one key each: nothing over it, beside the model, alone', async ({
  window,
}, testInfo) => {
  const folder = testInfo.outputPath('images');
  await makeMvtecClass(folder, { className: 'felt', goodCount: 4, scratchedCount: 4 });
  const data = new DataPage(window);
  const review = new ReviewPage(window);
  await data.importFolder(folder);
  await data.startRun();
  await review.waitForEnd();
  await data.startRun();
  await review.waitForEnd();
  await review.goToWorst(8);
  await review.waitForHeat();

  await test.step('while a key is held nothing lies over the image', async () => {
    await window.keyboard.down('h');
    await expect.poll(async () => (await review.pixels('heat')).paintedShare).toBe(0);
    expect((await review.pixels('marks')).paintedShare).toBe(0);
    await window.keyboard.up('h');
    await review.waitForHeat();
  });

  await test.step('keys make the heat map fainter and stronger', async () => {
    const before = await review.pixels('heat');
    await window.keyboard.press('[');
    await window.keyboard.press('[');
    await expect.poll(async () => (await review.pixels('heat')).meanAlpha).toBeLessThan(before.meanAlpha);
    await window.keyboard.press(']');
    await window.keyboard.press(']');
    await expect.poll(async () => (await review.pixels('heat')).meanAlpha).toBe(before.meanAlpha);
  });

  await test.step('list and image light up the same region, and the smallest area narrows the list', async () => {
    const plain = await review.pixels('marks');
    await review.regions.first().hover();
    await expect.poll(async () => (await review.pixels('marks')).checksum).not.toBe(plain.checksum);
    await review.regions.first().click();
    await review.pointAt(0.5, 0.5);
    await expect(review.regions.first()).toHaveAttribute('data-pointed', 'true');
    await window.keyboard.press('0');
    const least = window.getByRole('spinbutton', { name: /^Smallest region that counts/ });
    await least.fill('40000');
    await expect(window.getByTestId('region-count')).toContainText('No region');
    await least.fill('1');
    await expect(review.regions.first()).toBeVisible();
    await window.getByTestId('stage').click();
  });

  await test.step('the read-out tells place, colour, and the map of every run', async () => {
    await review.pointAt(0.5, 0.5);
    await expect(review.readOut).toContainText(/x 128.*y 96.*(RGB \d+ \d+ \d+|grey \d+).*map \d/);
    await window.keyboard.press('e');
    await expect(review.readOut).toContainText(/map \d.*Block statistics.*\d/);
    await window.keyboard.press('e');
    await expect(review.readOut).not.toContainText('Block statistics');
  });

  await test.step('the model’s square stands beside the image and follows it', async () => {
    await window.keyboard.press('Shift+M');
    const stages = window.getByTestId('stage');
    await expect(stages).toHaveCount(2);
    await expect(window.getByText(/^As the model saw it: \d+×\d+ px$/)).toBeVisible();
    await review.pointAt(0.5, 0.5, stages.nth(1));
    await expect(window.getByTestId('linked-pointer')).toHaveCount(1);
    const shownScale = window.getByRole('toolbar', { name: 'Overlay' }).getByText(/%$/).last();
    const scale = await shownScale.innerText();
    await window.mouse.wheel(0, -300);
    await expect(shownScale).not.toHaveText(scale);
    await expectAccessible(window, 'model beside');
    await window.keyboard.press('Shift+M');
    await expect(stages).toHaveCount(1);
    await window.keyboard.press('0');
  });

  await test.step('panel and everything else step back, and verdicts are given all the same', async () => {
    const panel = window.getByRole('complementary', { name: 'About this image' });
    await window.keyboard.press('p');
    await expect(panel).toHaveCount(0);
    await window.keyboard.press('p');
    await expect(panel).toBeVisible();
    await window.keyboard.press('f');
    await expect(review.filmstrip).toHaveCount(0);
    await expect(window.getByText('1 of 8', { exact: true })).toBeVisible();
    await window.keyboard.press('d');
    await expect(window.getByText('2 of 8', { exact: true })).toBeVisible();
    await window.keyboard.press('f');
    await expect(review.filmstrip).toBeVisible();
    await expect(review.left).toHaveText('7 without a verdict');
  });
});

test('orders and filters of any two opinions; blinded, nothing tells', async ({ window }, testInfo) => {
  const folder = testInfo.outputPath('images');
  await makeMvtecClass(folder, { className: 'felt', goodCount: 4, scratchedCount: 4 });
  const data = new DataPage(window);
  const review = new ReviewPage(window);
  await data.importFolder(folder);
  await data.startRun();
  await review.waitForEnd();
  await review.goToWorst(8);
  const worst = await review.order();

  await test.step('an order turns the filmstrip round, a number gives a random one again', async () => {
    await review.choose('Order', 'Best first');
    await expect.poll(() => review.order()).toEqual([...worst].reverse());
    await review.choose('Order', 'Random');
    const seed = window.getByRole('spinbutton', { name: /^Number of the random order/ });
    await seed.fill('7');
    const seventh = await review.order();
    await seed.fill('12');
    await expect.poll(() => review.order()).not.toEqual(seventh);
    await seed.fill('7');
    await expect.poll(() => review.order()).toEqual(seventh);
    await review.choose('Order', 'Worst first');
    await expect.poll(() => review.order()).toEqual(worst);
  });

  await test.step('a verdict against its label is found', async () => {
    await window.getByTestId('stage').click();
    await window.keyboard.press('Home');
    await window.keyboard.press('a');
    await review.choose('Show', 'Verdict against label');
    await expect.poll(() => review.order()).toEqual(worst.slice(0, 1));
    await review.choose('Label', 'Labelled good');
    await expect(window.getByText('No image fits this filter')).toBeVisible();
    await window.getByRole('button', { name: 'Show all images' }).click();
    await expect.poll(() => review.order()).toEqual(worst);
  });

  await test.step('blinded, neither name nor order nor search tells anything before the verdict', async () => {
    await window.getByRole('button', { name: /^Blinded/ }).click();
    await window.getByTestId('stage').click();
    await window.keyboard.press('n');
    const panel = window.getByRole('complementary', { name: 'About this image' });
    await expect(panel.getByRole('heading', { level: 1 })).toHaveText('Name hidden');
    for (const telling of [/scratch/, /\.png/, /Labelled/, /Defect:|Good:/, /peak/])
      await expect(panel.getByText(telling)).toHaveCount(0);
    await expect(window.getByRole('img', { name: /felt/ })).toHaveCount(0);
    await review.pointAt(0.5, 0.5);
    await expect(review.readOut).not.toContainText('map');
    expect(await review.order()).not.toEqual(worst);
    await window.keyboard.press('Control+k');
    await window.keyboard.type('scratch');
    await expect(window.getByRole('option', { name: /scratch/ })).toHaveCount(0);
    await window.keyboard.press('Escape');
    await review.choose('Label', 'Labelled anomalous');
    await expect.poll(async () => (await review.order()).length).toBe(1);
    await review.choose('Label', 'Any label');
    await new Frame(window).goTo('Compare');
    await window.getByRole('button', { name: 'Go on reading' }).click();
    await window.getByTestId('stage').click();
    await window.keyboard.press('n');
    await expect(window.getByText('Blinded, but scores were open before')).toBeVisible();
  });
});

test('an image that could not be scored is in the filmstrip with its reason, and can be tried again', async ({
  window,
  workbench,
}, testInfo) => {
  workbench.expectConsoleErrors(/404/);
  const folder = testInfo.outputPath('images');
  await makePlainFolder(folder, 6);
  const data = new DataPage(window);
  const review = new ReviewPage(window);
  await data.importFolder(folder);
  // Readable when it was imported, gone when its turn comes.
  const file = path.join(folder, 'part-0003.png');
  await rename(file, `${file}.away`);
  await data.startRun();
  await expect(review.filmstrip).toBeVisible({ timeout: 60_000 });
  await expect(window.getByRole('button', { name: '1 image could not be scored' })).toBeVisible();
  await expect(review.filmstrip.getByRole('button')).toHaveCount(6);
  await review.choose('Show', 'Could not be scored');
  await expect.poll(() => review.position()).toEqual({ index: 1, count: 1 });
  await expect(review.frame(1)).toHaveAccessibleName(/could not be scored/);
  await expect(window.getByRole('heading', { name: 'part-0003.png' })).toBeVisible();
  await expect(window.getByTestId('failure')).toContainText('it is no longer there');
  await rename(`${file}.away`, file);
  await window.getByRole('button', { name: 'Try it again' }).click();
  await expect(window.getByTestId('failure')).toHaveCount(0);
  await expect(review.strip).toHaveCount(0);
  // Nothing is left of what was filtered for.
  await window.getByRole('button', { name: 'Show all images' }).click();
  await expect(review.filmstrip.getByRole('button', { name: /score \d/ })).toHaveCount(6);
});
