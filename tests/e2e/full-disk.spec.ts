import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exportSummarySchema } from '../../src-shared/domain/export.ts';
import { expect, test } from './fixtures.ts';
import { DataPage } from './pages/data-page.ts';
import { ExportPage } from './pages/export-page.ts';
import { ReviewPage } from './pages/review-page.ts';
import { fillDisk, startOnSmallDisks, whyNoSmallDisk } from './small-disks.ts';
import { makeMvtecClass } from './test-images.ts';

test('a full disk tells the user what to do: nothing is lost, nothing is half-written, and it goes on with room again', async ({
  browserOfAll,
}, testInfo) => {
  test.skip(
    browserOfAll === null,
    'The disk is the same in Electron; the web host shows what is told of it.',
  );
  const missing = whyNoSmallDisk();
  test.skip(missing !== null, `NO FULL DISK IS TESTED HERE: ${missing ?? ''}`);
  if (browserOfAll === null) return;
  // Three full disks one after the other, on a machine that may be busy.
  test.setTimeout(300_000);
  const scratch = await mkdtemp(path.join(tmpdir(), 'workbench-disk-'));
  const [dataFolder, disk] = [path.join(scratch, 'data'), path.join(scratch, 'disk')];
  for (const folder of [dataFolder, disk]) await mkdir(folder);
  const images = testInfo.outputPath('images');
  await makeMvtecClass(images, { className: 'felt', goodCount: 6, scratchedCount: 6 });
  const host = await startOnSmallDisks(dataFolder, { [dataFolder]: 64, [disk]: 8 });
  const context = await browserOfAll.newContext({ viewport: { width: 1280, height: 720 } });
  try {
    const window = await context.newPage();
    await window.goto(host.url);
    const data = new DataPage(window);
    const review = new ReviewPage(window);
    await data.importFolder(images);
    await data.startRun();
    await review.waitForEnd();
    await review.goToWorst(12);

    await test.step('verdicts that cannot be stored are told of and kept', async () => {
      const ballast = host.inside(path.join(dataFolder, 'ballast'));
      const notice = window.getByTestId('unsaved');
      await window.getByTestId('stage').click();
      await fillDisk(ballast);
      // Pages that the database's log has already take a few rows; then there is no room for more.
      await expect(async () => {
        await window.keyboard.press('Home');
        for (const key of ['d', 'a', 'u', 'd', 'a', 'u', 'd', 'a', 'u', 'd', 'a', 'u'])
          await window.keyboard.press(key);
        await expect(notice).toContainText('the disk is full', { timeout: 500 });
      }).toPass({ timeout: 60_000 });
      await expect(notice).toContainText('Free some space, then try again; nothing that was saved is lost.');
      await expect(review.left).toHaveText('Every image has a verdict');

      await rm(ballast);
      await notice.getByRole('button', { name: 'Try again' }).click();
      await expect(notice).toHaveCount(0);
      await window.reload();
      await expect(review.left).toHaveText('Every image has a verdict');
    });

    await test.step('a run that finds no room says so, and goes on where it was', async () => {
      const ballast = host.inside(path.join(dataFolder, 'ballast'));
      await fillDisk(ballast);
      await window.getByRole('banner').getByRole('button', { name: 'Start a run' }).click();
      await window.getByRole('button', { name: /^Start on/ }).click();
      await expect(window.getByText(/disk is full|no room left on the disk/).first()).toBeVisible();
      await expect(window.getByText(/Free some space/).first()).toBeVisible();
      await rm(ballast);
    });

    await test.step('an export says that there is no room, leaves only whole files, and goes on', async () => {
      await window.goto(new URL('/#/review?set=1&run=1', host.url).href);
      await review.waitForHeat();
      const ballast = host.inside(path.join(disk, 'ballast'));
      const target = path.join(disk, 'out');
      const page = new ExportPage(window);
      await page.open();
      for (const kind of ['Overlays', 'Maps, 32-bit TIFF', 'Maps, NPY']) await page.kind(kind).check();
      await page.folder.fill(target);
      await expect(page.fact('Free on the disk')).toHaveText('8.39 MB');
      await fillDisk(ballast);
      await page.exportTo(target);
      const job = page.last.getByTestId('job');
      await expect(job).toHaveAttribute('data-state', 'failed', { timeout: 60_000 });
      await expect(job).toContainText(
        /There is no room left on the disk of .* Free some space, then resume\./,
      );
      const left = await readdir(host.inside(disk), { recursive: true });
      expect(left.filter((name) => name.endsWith('.part'))).toEqual([]);

      await rm(ballast);
      await job.getByRole('button', { name: 'Resume' }).click();
      await page.waitForEnd();
      const summary = exportSummarySchema.parse(
        JSON.parse(await readFile(host.inside(path.join(target, 'export.json')), 'utf8')),
      );
      expect(summary).toMatchObject({
        state: 'finished',
        counts: { images: 12, failed: 0, files: { csv: 1, overlays: 12, 'maps-tiff': 12, 'maps-npy': 12 } },
      });
      const names = await readdir(host.inside(target), { recursive: true });
      expect(names.filter((name) => name.endsWith('.npy'))).toHaveLength(12);
    });
  } finally {
    await host.stop();
    await context.close();
    await rm(scratch, { recursive: true, force: true });
  }
});
