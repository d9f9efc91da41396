import { rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures.ts';
import { DataPage } from './pages/data-page.ts';
import { ReviewPage } from './pages/review-page.ts';
import { addBrokenFiles, makePlainFolder } from './test-images.ts';

test('broken files are listed with their reasons and stop nothing', async ({
  window,
  workbench,
}, testInfo) => {
  // The thumbnail of a file that is gone cannot be had.
  workbench.expectConsoleErrors(/Failed to load resource/);
  const folder = testInfo.outputPath('images');
  await makePlainFolder(folder, 12);
  await addBrokenFiles(folder);
  const data = new DataPage(window);
  await data.importFolder(folder);

  await data.frame.goTo('Data');
  await window.getByRole('button', { name: /could not be read/ }).click();
  const list = window.getByRole('dialog');
  await expect(list.getByText('broken-empty.png', { exact: true })).toBeVisible();
  await expect(list.getByText('broken-text.jpg', { exact: true })).toBeVisible();
  await expect(list.getByText('broken-cut.png', { exact: true })).toBeVisible();
  await expect(list.getByText(/it is empty/)).toBeVisible();
  await list.getByRole('button', { name: 'Close' }).click();

  await window.getByRole('button', { name: 'Show images' }).click();
  await rm(path.join(folder, 'part-0003.png'));
  await data.startRun();
  const review = new ReviewPage(window);
  await expect(review.filmstrip).toBeVisible();
  const failures = window.getByRole('button', { name: '1 image could not be scored' });
  await expect(failures).toBeVisible();
  await failures.click();
  await expect(window.getByRole('dialog').getByText('part-0003.png', { exact: true })).toBeVisible();
  await window.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  // What could not be scored stands last, so that it is not forgotten.
  await expect.poll(async () => (await review.position()).count).toBe(12);
  await expect(window.getByText(/Nothing is labelled: chosen so that about the highest 10 %/)).toBeVisible();
});

test('a folder that does not exist and one without images say what to do', async ({ window, workbench }) => {
  const data = new DataPage(window);
  await data.frame.goTo('Data');
  await window.getByRole('button', { name: 'Add a folder' }).click();
  const field = window.getByRole('textbox', { name: 'Folder of images' });
  await field.fill(path.join(workbench.dataFolder, 'not-there'));
  await field.press('Enter');
  await expect(window.getByRole('alert')).toContainText('not-there');
  await window.getByRole('button', { name: 'Choose a folder' }).click();
  await expect(window.getByRole('dialog').getByRole('button', { name: 'Choose this folder' })).toBeEnabled();
});
