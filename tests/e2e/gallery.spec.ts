import { expectAccessible } from './expect-accessible.ts';
import { expect, test } from './fixtures.ts';
import { DataPage } from './pages/data-page.ts';
import { Frame } from './pages/frame.ts';
import { GalleryPage } from './pages/gallery-page.ts';
import { ComparePage } from './pages/compare-page.ts';
import { ReviewPage } from './pages/review-page.ts';
import { ThresholdsPage } from './pages/thresholds-page.ts';
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

test('the band between two thresholds is told and filtered in Images, Review and Compare', async ({
  window,
}, testInfo) => {
  const folder = testInfo.outputPath('images');
  await makeMvtecClass(folder, { className: 'felt', goodCount: 6, scratchedCount: 4 });
  const data = new DataPage(window);
  const gallery = new GalleryPage(window);
  const review = new ReviewPage(window);
  const thresholds = new ThresholdsPage(window);
  await data.importFolder(folder);
  await data.startRun();
  await review.waitForEnd();
  await window.goto(window.url().replace('#/review', '#/images'));
  await expect(gallery.tiles).toHaveCount(10);
  await expect(gallery.row('Prediction', 'To check')).toHaveCount(0);

  await window.goto(window.url().replace('#/images', '#/thresholds'));
  await thresholds.open('Images');
  await thresholds.cook('Best F1');
  await window.getByRole('switch', { name: 'Middle band for a human' }).click();
  // Down to the lowest score: whatever is not stopped is for a human.
  await thresholds.handle('Lower threshold').press('Home');
  await expect.poll(async () => (await thresholds.row('passed')).good).toBe(0);
  const human = await thresholds.row('human');
  const toCheck = human.good + human.anomalous;
  expect(toCheck).toBeGreaterThan(0);

  await window.goto(window.url().replace('#/thresholds', '#/images'));
  await expect(gallery.row('Prediction', 'To check')).toContainText(String(toCheck));
  await expect(gallery.row('Prediction', 'Good')).toContainText('0');
  await gallery.box('Prediction', 'To check').check();
  await expect(gallery.tiles).toHaveCount(toCheck);
  await expect(gallery.tiles.first()).toHaveAccessibleName(/, to check/);
  await expect(gallery.tiles.first().getByTitle('To check: between the two thresholds')).toBeVisible();
  await expectAccessible(window, 'images, to check');
  await testInfo.attach('gallery', { body: await window.screenshot(), contentType: 'image/png' });

  await window.goto(window.url().replace('#/images', '#/review'));
  await window.getByRole('combobox', { name: 'Show' }).click();
  await window.getByRole('option', { name: 'Prediction: to check' }).click();
  await expect(window.getByTestId('shown-count')).toHaveText(`${toCheck} of 10 images`);

  // The same run cut once as Review does, with its band, and once where everything is stopped.
  const runId = new URLSearchParams(window.url().split('?').at(-1)).get('run') ?? '';
  await window.goto(window.url().replace(/#.*$/, `#/compare?set=1&run=${runId}&runs=${runId},${runId}s0`));
  const compare = new ComparePage(window);
  await expect(compare.shownCount(10)).toBeVisible();
  await compare.filter('Prediction: to check, in any pane');
  await expect(compare.shownCount(toCheck)).toBeVisible();
  await expect(window.getByTestId('pane-facts').first()).toContainText('To check');
  await expect(window.getByTestId('pane-facts').last()).toContainText('Defect');
  await testInfo.attach('compare', { body: await window.screenshot(), contentType: 'image/png' });
});
