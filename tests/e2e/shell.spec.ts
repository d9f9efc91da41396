import { expectAccessible } from './expect-accessible.ts';
import { expect, test } from './fixtures.ts';
import { DataPage } from './pages/data-page.ts';
import { Frame } from './pages/frame.ts';
import { ReviewPage } from './pages/review-page.ts';
import { SearchPage } from './pages/search-page.ts';
import { StartPage } from './pages/start-page.ts';
import { makePlainFolder } from './test-images.ts';

const imageCount = 160;

test('several methods run in one pass that is paused and resumed, and everything is found by keyboard', async ({
  window,
}, testInfo) => {
  const folder = testInfo.outputPath('castings');
  await makePlainFolder(folder, imageCount, 320, 320);
  await window.emulateMedia({ reducedMotion: 'reduce' });
  const data = new DataPage(window);
  const frame = new Frame(window);
  const start = new StartPage(window);
  const search = new SearchPage(window);
  await data.importFolder(folder);

  await test.step('Ctrl+K leads to the start of a run without the mouse', async () => {
    await search.open();
    await expectAccessible(window, 'Search');
    await search.choose('start run', 'Start a run');
    await expect(window.getByRole('heading', { level: 1, name: /^Start a run/ })).toBeVisible();
  });

  await test.step('each method says in words what it will compare with, and shots why there are none', async () => {
    await start.choose('Block statistics', 'CLIP');
    await expect(start.prompts('CLIP')).toContainText('«a photo of a normal castings»');
    await window.getByRole('textbox', { name: 'Object name' }).fill('pump housing');
    await expect(start.prompts('CLIP')).toContainText('«a photo of an anomalous pump housing»');
    await expectAccessible(window, 'Start, several methods');
    await expect(window).toHaveURL(/methods=baseline%2Cclip/);
  });

  const review = new ReviewPage(window);
  const job = review.strip.getByTestId('job');
  await test.step('one job runs both, and pausing stops it at once under the focus', async () => {
    await window.getByRole('button', { name: `Start 2 methods on ${imageCount} images` }).click();
    await expect(job).toHaveAttribute('data-state', 'running');
    await expect(review.filmstrip).toBeVisible({ timeout: 60_000 });
    await job.getByRole('button', { name: 'Pause' }).focus();
    await window.keyboard.press('Enter');
    await expect(job).toHaveAttribute('data-state', 'paused', { timeout: 3_000 });
    await expect(job.getByRole('button', { name: 'Resume' })).toBeFocused();
    await expect(job).toContainText('Paused');
    await expect(window.getByText(/compute process/)).toHaveCount(0);
    const jobs = await frame.openJobs();
    await expect(jobs.getByText(/Paused · \d+ of \d+ images/)).toBeVisible();
    await expectAccessible(window, 'Jobs, paused');
    await jobs.getByRole('button', { name: 'Close' }).click();
  });

  await test.step('a paused job stays paused over a reload, then goes on to its end', async () => {
    await window.reload();
    await expect(job).toHaveAttribute('data-state', 'paused');
    await job.getByRole('button', { name: 'Resume' }).click();
    await review.waitForEnd();
    await expect.poll(async () => (await review.position()).count).toBe(imageCount);
  });

  await test.step('a key is changed, its clash is named, and a preset takes it all back', async () => {
    await frame.goTo('Settings');
    await window.getByRole('button', { name: /^Heat map on or off: O/ }).click();
    await window.keyboard.press('c');
    await expect(window.getByText(/C is the key of «Heat map on or off» and «Contour/)).toBeVisible();
    await expect(window.getByRole('progressbar')).toHaveCount(0);
    await expectAccessible(window, 'Settings, keys that clash');
    await window.getByRole('button', { name: 'Heat map on or off: back to O' }).click();
    await expect(window.getByText(/is the key of/)).toHaveCount(0);
    await window.getByRole('combobox', { name: 'Keys as in' }).click();
    await window.getByRole('option', { name: 'CVAT' }).click();
    await expect(window.getByRole('button', { name: /^Next image: F or →/ })).toBeVisible();
    await window.keyboard.press('?');
    await expect(window.getByRole('dialog', { name: 'Keys' }).getByText('F', { exact: true })).toBeVisible();
    await window.keyboard.press('Escape');
    await expect(window.getByRole('dialog')).toHaveCount(0);
  });

  await test.step('the other run of the pass is found by name', async () => {
    await search.open();
    await search.choose('block statistics', /^Block statistics/);
    await expect(window.getByRole('banner')).toContainText('Block statistics');
    await expect.poll(async () => (await review.position()).count).toBe(imageCount);
  });
});
