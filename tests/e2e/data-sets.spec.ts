import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { expectAccessible } from './expect-accessible.ts';
import { expect, test } from './fixtures.ts';
import { DataPage } from './pages/data-page.ts';
import { Frame } from './pages/frame.ts';
import { GalleryPage } from './pages/gallery-page.ts';
import { ImportPage } from './pages/import-page.ts';
import { ReviewPage } from './pages/review-page.ts';
import { SearchPage } from './pages/search-page.ts';
import { makeMvtecClass, makePlainFolder } from './test-images.ts';

test('a data set is looked through again, watched, renamed, found elsewhere and removed', async ({
  window,
  workbench,
}, testInfo) => {
  // Pictures of a folder that is gone cannot be had.
  workbench.expectConsoleErrors(/Failed to load resource/);
  const folder = testInfo.outputPath('batch');
  await makePlainFolder(folder, 4);
  const data = new DataPage(window);
  const gallery = new GalleryPage(window);
  await data.importFolder(folder);

  await test.step('a second look says what it brought', async () => {
    await makePlainFolder(folder, 6);
    await rm(path.join(folder, 'part-0000.png'));
    await data.chooseOf('batch', 'Look through its folder again');
    await expect(data.card('batch').getByTestId('look')).toContainText('2 new');
    await expect(data.card('batch').getByTestId('look')).toContainText('1 gone');
  });

  await test.step('a watched folder brings its new files by itself', async () => {
    await data.chooseOf('batch', 'Watch its folder for new files');
    await expect(data.card('batch').getByText('Watched', { exact: true })).toBeVisible();
    await data.card('batch').getByRole('button', { name: 'Show images', exact: true }).click();
    await expect(gallery.tiles).toHaveCount(5);
    await makePlainFolder(path.join(folder, 'later'), 2);
    await expect(gallery.tiles).toHaveCount(7);
    await data.chooseOf('batch', 'Stop watching its folder');
    await expect(data.card('batch').getByText('Watched', { exact: true })).toHaveCount(0);
  });

  await test.step('it gets another name', async () => {
    await data.chooseOf('batch', 'Rename…');
    await window.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('November');
    await window.keyboard.press('Enter');
    await expect(data.card('November')).toBeVisible();
  });

  await test.step('a folder that is gone is told, and found elsewhere', async () => {
    const moved = testInfo.outputPath('moved');
    await rename(folder, moved);
    await data.frame.goTo('Settings');
    await window.reload();
    await data.frame.goTo('Data');
    const card = data.card('November');
    await expect(card.getByText(/Connect its drive, or say where the folder is now/)).toBeVisible();
    await expectAccessible(window, 'Data, folder missing');
    await card.getByRole('button', { name: 'Say where it is now…' }).click();
    const dialog = window.getByRole('dialog');
    await expect(dialog.getByRole('button', { name: 'Choose this folder' })).toBeEnabled();
    await dialog.getByRole('button', { name: 'Choose this folder' }).click();
    // The home folder is not it.
    await expect(card.getByRole('alert')).toContainText('None of the images of «November» lies in');
  });

  await test.step('removing it says what is lost and what stays', async () => {
    await data.chooseOf('November', 'Remove from the workbench…');
    const question = window.getByRole('dialog');
    await expect(question).toContainText('What is lost: 0 runs with their scores, 0 verdicts');
    await expect(question).toContainText('What stays: every file in');
    await question.getByRole('button', { name: 'Remove' }).click();
    await expect(window.getByText('No data sets yet')).toBeVisible();
  });
});

test('the data set that was opened last comes first, on the page and in the search', async ({
  window,
}, testInfo) => {
  const data = new DataPage(window);
  const frame = new Frame(window);
  for (const name of ['anchor', 'bolt', 'clamp']) {
    await makePlainFolder(testInfo.outputPath(name), 2);
    await data.importFolder(testInfo.outputPath(name));
  }
  await frame.goTo('Data');
  const cards = window.getByRole('article');
  await expect(cards.first()).toHaveAccessibleName('clamp');
  await data.card('anchor').getByRole('button', { name: 'Show images', exact: true }).click();
  await expect(window.getByTestId('gallery')).toBeVisible();
  await frame.goTo('Data');
  await expect(cards.first()).toHaveAccessibleName('anchor');
  await new SearchPage(window).open();
  await expect(window.getByRole('group', { name: 'Data sets' }).getByRole('option').first()).toContainText(
    'anchor',
  );
});

test('back from an image returns to the same place of the gallery', async ({ window }, testInfo) => {
  const folder = testInfo.outputPath('long');
  await makePlainFolder(folder, 120);
  const data = new DataPage(window);
  const gallery = new GalleryPage(window);
  await data.importFolder(folder);
  await data.startRun();
  await new ReviewPage(window).waitForEnd();
  await data.frame.goTo('Data');
  await data.card('long').getByRole('button', { name: 'Show images', exact: true }).click();
  // By score the order may still change: the last scores of the run can come after its end was told.
  await window.getByRole('combobox', { name: 'Order' }).click();
  await window.getByRole('option', { name: 'Path' }).click();
  await expect(gallery.tiles.first()).toHaveAttribute('title', 'part-0000.png');
  const focused = gallery.tiles.and(window.locator(':focus'));
  await gallery.tiles.first().focus();
  for (let k = 0; k < 3; k++) {
    const from = (await focused.getAttribute('title')) ?? '';
    await window.keyboard.press('PageDown');
    await expect(focused).not.toHaveAttribute('title', from);
  }
  const name = (await focused.getAttribute('title')) ?? '';
  expect(await gallery.scrollTop()).toBeGreaterThan(500);
  // Keys that come faster than the images are drawn lead as far.
  await window.keyboard.press('Home');
  await expect(focused).toHaveAttribute('title', 'part-0000.png');
  for (let k = 0; k < 3; k++) await window.keyboard.press('PageDown');
  await expect(focused).toHaveAttribute('title', name);
  const before = await gallery.scrollTop();
  await window.keyboard.press('Enter');
  await expect(window.locator('main')).toHaveAttribute('data-view', 'review');
  await window.goBack();
  await expect(focused).toHaveAttribute('title', name);
  expect(await gallery.scrollTop()).toBeCloseTo(before, 0);

  // Larger thumbnails show fewer images, and they stay so after a reload.
  const shown = await gallery.tiles.count();
  await window.getByRole('slider', { name: 'Size of the thumbnails' }).focus();
  await window.keyboard.press('End');
  await expect.poll(() => gallery.tiles.count()).toBeLessThan(shown);
  const large = await window.getByRole('slider', { name: 'Size of the thumbnails' }).inputValue();
  await expect
    .poll(async () => {
      await window.reload();
      await expect(gallery.tiles.first()).toBeVisible();
      return await window.getByRole('slider', { name: 'Size of the thumbnails' }).inputValue();
    })
    .toBe(large);
});

test('splits, problems and each disagreement are filters', async ({ window }, testInfo) => {
  const folder = testInfo.outputPath('felt');
  await makeMvtecClass(folder, { className: 'felt', goodCount: 4, scratchedCount: 3 });
  // A mask of a scratch is gone: its image has a problem.
  await rm(path.join(folder, 'felt', 'ground_truth', 'scratch', '001_mask.png'));
  const data = new DataPage(window);
  const gallery = new GalleryPage(window);
  const page = new ImportPage(window);
  await page.open();
  await page.lookAt(folder);
  await expect(page.kind(/1 mask missing/)).toBeVisible();
  await data.importShown();
  await expect(gallery.row('Split', 'Test')).toContainText('7');
  await expect(gallery.row('Split', 'Train')).toContainText('0');
  await expect(gallery.row('Only with', 'A problem')).toContainText('1');
  await gallery.box('Only with', 'A problem').check();
  await expect(gallery.tiles).toHaveCount(1);
  await expect(gallery.tiles.first()).toHaveAccessibleName(/scratch\/001\.png.*with a problem/);
  await gallery.box('Only with', 'A problem').uncheck();

  await data.startRun();
  const review = new ReviewPage(window);
  await review.waitForEnd();
  await review.goToWorst(7);
  await expect(window.getByText('Labelled anomalous')).toBeVisible();
  await window.keyboard.press('a');
  await expect(review.left).toHaveText(/^6 /);
  await data.frame.goTo('Data');
  await data.card('felt').getByRole('button', { name: 'Show images', exact: true }).click();
  await expect(gallery.row('Disagreement', 'Verdict and label')).toContainText('1');
  await gallery.box('Disagreement', 'Verdict and label').check();
  await expect(gallery.tiles).toHaveCount(1);
  await expect(gallery.tiles.first()).toHaveAccessibleName(/anomalous.*verdict good/);
});
