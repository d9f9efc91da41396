import { expectAccessible } from './expect-accessible.ts';
import { expect, test } from './fixtures.ts';
import { DataPage } from './pages/data-page.ts';
import { Frame } from './pages/frame.ts';
import { GalleryPage } from './pages/gallery-page.ts';
import { ReviewPage } from './pages/review-page.ts';
import { makeMvtecClass } from './test-images.ts';

test('a gallery is searched, filtered and sorted, and found again by its address', async ({
  window,
}, testInfo) => {
  const folder = testInfo.outputPath('images');
  await makeMvtecClass(folder, { className: 'felt', goodCount: 6, scratchedCount: 4 });
  const data = new DataPage(window);
  const gallery = new GalleryPage(window);
  const review = new ReviewPage(window);
  await data.importFolder(folder);
  await expect(gallery.tiles).toHaveCount(10);

  await gallery.box('Label', 'Anomalous').check();
  await expect(gallery.tiles).toHaveCount(4);
  await expect(gallery.countShown).toHaveText('4 of 10 images');
  await expect(gallery.row('Label', 'Good')).toContainText('6');
  await gallery.search.fill('no such path');
  await expect(window.getByText('No image passes these filters')).toBeVisible();
  await expect(gallery.row('Label', 'Good')).toContainText('0');
  await window.reload();
  await expect(gallery.search).toHaveValue('no such path');
  await expect(gallery.box('Label', 'Anomalous')).toBeChecked();
  await window.getByRole('button', { name: 'Clear all filters' }).first().click();
  await expect(gallery.tiles).toHaveCount(10);

  await data.startRun();
  await review.waitForEnd();
  await review.goToWorst(10);
  await window.keyboard.press('d');
  await expect(review.left).toHaveText('9 without a verdict');
  await window.goto(window.url().replace('#/review', '#/images'));
  await expect(gallery.tiles).toHaveCount(10);
  await expect(gallery.row('Verdict', 'Defect')).toContainText('1');
  await gallery.box('Verdict', 'Defect').check();
  await expect(gallery.tiles).toHaveCount(1);
  await expect(gallery.tiles.first()).toHaveAccessibleName(/verdict defect$/);
  await window.getByRole('button', { name: 'Clear all filters' }).click();

  await window.getByRole('button', { name: 'Highest first' }).click();
  await expect(window.getByRole('button', { name: 'Lowest first' })).toBeVisible();
  await gallery.tiles.first().focus();
  await window.keyboard.press('ArrowRight');
  await expect(gallery.tiles.nth(1)).toBeFocused();
  await window.keyboard.press('End');
  await expect(gallery.tiles.last()).toBeFocused();
  await window.keyboard.press('Home');
  await expect(gallery.tiles.first()).toBeFocused();

  const address = window.url();
  for (const theme of ['Dark', 'Light'] as const) {
    await new Frame(window).chooseTheme(theme);
    await window.goto(address);
    await expect(gallery.tiles).toHaveCount(10);
    await expectAccessible(window, `gallery, ${theme}`);
    await window.screenshot({ path: testInfo.outputPath(`gallery-${theme}.png`) });
  }
});
