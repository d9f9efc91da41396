import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { expectAccessible } from './expect-accessible.ts';
import { expect, test } from './fixtures.ts';
import { DataPage } from './pages/data-page.ts';
import { GalleryPage } from './pages/gallery-page.ts';
import { ImportPage } from './pages/import-page.ts';
import { addBrokenFiles, makeMvtecClass, makePlainFolder } from './test-images.ts';

async function grey(file: string, level: number, width = 64, height = 64): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await sharp({ create: { width, height, channels: 3, background: { r: level, g: level, b: level } } })
    .toFormat(file.endsWith('.jpg') ? 'jpeg' : 'png')
    .toFile(file);
}

test('a list of images is imported, and another of its tables', async ({ window }, testInfo) => {
  const folder = testInfo.outputPath('parts');
  for (const name of ['a', 'b', 'c']) await grey(path.join(folder, `${name}.png`), name.charCodeAt(0));
  await writeFile(path.join(folder, 'march.csv'), 'path,label,class\na.png,good,cap\nb.png,bad,cap\n');
  await writeFile(
    path.join(folder, 'may.csv'),
    'path,label,class\na.png,good,cap\nb.png,bad,cap\nc.png,bad,lid\n',
  );
  const page = new ImportPage(window);
  await page.open();
  await page.lookAt(path.join(folder, 'march.csv'));
  await expect(page.heading('2 images, 1 class')).toBeVisible();
  await expect(window.getByRole('combobox', { name: 'Read as' })).toHaveText('Image list');
  await expect(page.kind(/1 file outside the layout/)).toBeVisible();
  await page.choose('Table', 'may.csv');
  await expect(page.heading('3 images, 2 classes')).toBeVisible();
  await expect(page.kind(/outside the layout/)).toHaveCount(0);
  await expect(page.preview.getByRole('img', { name: 'c.png, anomalous' })).toBeVisible();
  await new DataPage(window).importShown();
  const gallery = new GalleryPage(window);
  await expect(gallery.tiles).toHaveCount(3);
  await expect(gallery.row('Label', 'Anomalous')).toContainText('2');
});

test('ELPV’s cut and the halves of KolektorSDD are chosen before the import', async ({
  window,
}, testInfo) => {
  const cells = testInfo.outputPath('cells');
  const lines = ['0.0', '0.3333333333333333', '0.6666666666666666', '1.0'].map((chance, k) => ({
    chance,
    k,
  }));
  for (const { k } of lines) await grey(path.join(cells, 'images', `cell${k}.png`), 50 + k);
  await writeFile(
    path.join(cells, 'labels.csv'),
    lines.map(({ chance, k }) => `images/cell${k}.png  ${chance}  mono\n`).join(''),
  );
  const page = new ImportPage(window);
  await page.open();
  await page.lookAt(cells);
  await expect(window.getByRole('combobox', { name: 'Read as' })).toHaveText('ELPV');
  await expect(page.preview.getByText('2 anomalous')).toBeVisible();
  await page.choose('Anomalous', 'from 1/3');
  await expect(page.preview.getByText('3 anomalous')).toBeVisible();
  await page.choose('Anomalous', 'from another probability');
  await window.getByRole('textbox', { name: 'Probability' }).fill('2');
  await expect(window.getByRole('button', { name: 'Use it' })).toBeDisabled();
  await window.getByRole('textbox', { name: 'Probability' }).fill('0.9');
  await window.getByRole('button', { name: 'Use it' }).click();
  await expect(page.preview.getByText('1 anomalous')).toBeVisible();
  await new DataPage(window).importShown();
  await new DataPage(window).chooseOf('cells', 'Show everything about it…');
  await expect(window.getByRole('dialog').getByText('0.9', { exact: true })).toBeVisible();
  await window.getByRole('dialog').getByRole('button', { name: 'Close' }).click();

  const surfaces = testInfo.outputPath('surfaces');
  await grey(path.join(surfaces, 'kos01', 'Part0.jpg'), 120, 50, 125);
  await grey(path.join(surfaces, 'kos01', 'Part0_label.png'), 0, 50, 125);
  await page.open();
  await page.lookAt(surfaces);
  await expect(page.heading('2 images, 1 class')).toBeVisible();
  await page.choose('Pictures', 'Whole');
  await expect(page.heading('1 image, 1 class')).toBeVisible();
});

test('a COCO file stands for its folder', async ({ window }, testInfo) => {
  const folder = testInfo.outputPath('coco');
  await grey(path.join(folder, 'one.png'), 90);
  await grey(path.join(folder, 'two.png'), 91);
  const annotations = {
    images: [
      { id: 1, file_name: 'one.png', width: 64, height: 64 },
      { id: 2, file_name: 'two.png', width: 64, height: 64 },
    ],
    categories: [{ id: 1, name: 'scratch' }],
    annotations: [{ id: 1, image_id: 1, category_id: 1, segmentation: [[4, 4, 40, 4, 40, 40, 4, 40]] }],
  };
  await writeFile(path.join(folder, 'annotations.json'), JSON.stringify(annotations));
  const page = new ImportPage(window);
  await page.open();
  await page.lookAt(path.join(folder, 'annotations.json'));
  await expect(window.getByRole('combobox', { name: 'Read as' })).toHaveText('COCO');
  await expect(page.preview.getByRole('img', { name: 'one.png, anomalous, with a mask' })).toBeVisible();
  await expect(page.preview.getByText('1 good')).toBeVisible();
});

test('masks that cannot be used are not counted as if they were', async ({ window }, testInfo) => {
  const folder = testInfo.outputPath('cup');
  for (const [place, level] of [
    ['good/1.png', 90],
    ['crack/1.png', 91],
    ['crack/2.png', 92],
  ] as const)
    await grey(path.join(folder, 'test', place), level);
  await grey(path.join(folder, 'ground_truth/crack/1_mask.png'), 255);
  // It marks nothing.
  await grey(path.join(folder, 'ground_truth/crack/2_mask.png'), 0);
  const page = new ImportPage(window);
  await page.open();
  await page.lookAt(folder);
  await expect(page.preview.getByText('2 masks, 1 usable', { exact: true })).toBeVisible();
  await expect(
    page.preview.getByRole('img', { name: 'test/crack/2.png, anomalous', exact: true }),
  ).toBeVisible();
});

test('a folder that is dropped on a browser is found by its name and what lies in it', async ({
  window,
  workbench,
}, testInfo) => {
  test.skip(workbench.hostKind !== 'web', 'Electron tells where a dropped folder lies.');
  const here = testInfo.outputPath('batches');
  await makePlainFolder(path.join(here, 'known'), 3);
  await makePlainFolder(path.join(here, 'felt-17'), 4);
  const page = new ImportPage(window);
  await new DataPage(window).importFolder(path.join(here, 'known'));
  // Dropped on any view: here on the images of another set.
  await page.drop([{ name: 'felt-17', entries: ['part-0000.png', 'part-0001.png'] }]);
  await expect(window.getByText('A browser does not tell a page where «felt-17» lies.')).toBeVisible();
  await expectAccessible(window, 'Dropped folder');
  await window.getByRole('button', { name: path.join(here, 'felt-17') }).click();
  await expect(page.heading('4 images')).toBeVisible();

  await page.drop([{ name: 'not-on-this-machine-at-all', entries: ['x.png'] }]);
  await expect(window.getByText(/It was not found at the usual places either/)).toBeVisible();
  await page.drop([{ name: 'single.png' }]);
  await expect(window.getByText(/Choose the folder that holds it, or type its path above/)).toBeVisible();
});

test('every folder that is none says what to do', async ({ window }, testInfo) => {
  const root = testInfo.outputPath('odd');
  await mkdir(path.join(root, 'empty'), { recursive: true });
  await mkdir(path.join(root, 'locked'), { recursive: true });
  await addBrokenFiles(path.join(root, 'broken'));
  await writeFile(path.join(root, 'notes.txt'), 'no image');
  await grey(path.join(root, 'whole', 'one.png'), 100);
  const page = new ImportPage(window);
  await page.open();

  await page.lookAt(path.join(root, 'not-there'));
  await expect(page.problem).toContainText('not-there. Check how it is written, or connect the drive');
  await page.lookAt('relative/path');
  await expect(page.problem).toContainText('is not a full path');
  await page.lookAt(path.join(root, 'empty'));
  await expect(page.preview.getByText(/There is no image in this folder or below it/)).toBeVisible();
  await expect(window.getByRole('button', { name: /^Import/ })).toBeDisabled();
  await page.lookAt(path.join(root, 'broken'));
  await expect(page.preview.getByText(/None of the 3 images here can be read/)).toBeVisible();
  await expect(page.kind(/2 images could not be read/)).toHaveAttribute('aria-expanded', 'true');
  await expect(page.preview.getByText('broken-empty.png', { exact: true })).toBeVisible();
  await expectAccessible(window, 'Preview of unreadable images');
  await page.lookAt(path.join(root, 'whole', 'one.png'));
  await expect(page.problem).toContainText('is a file, not a folder');
  await window.getByRole('button', { name: `Look into ${path.join(root, 'whole')}` }).click();
  await expect(page.heading('1 image')).toBeVisible();

  // A superuser may read everything; then the rights cannot be taken from this test.
  if (process.getuid?.() === 0) {
    testInfo.annotations.push({ type: 'left out', description: 'a folder without rights: run by root' });
    return;
  }
  await chmod(path.join(root, 'locked'), 0o000);
  await page.lookAt(path.join(root, 'locked'));
  await expect(page.problem).toContainText('may not be read or written by this user. Change its permissions');
  await chmod(path.join(root, 'locked'), 0o700);
});

test('a folder that is a data set already, and a name that is taken, are told', async ({
  window,
}, testInfo) => {
  const felt = testInfo.outputPath('felt');
  const other = testInfo.outputPath('other/felt');
  await makeMvtecClass(felt, { className: 'felt', goodCount: 2, scratchedCount: 2 });
  await cp(felt, other, { recursive: true });
  const data = new DataPage(window);
  const page = new ImportPage(window);
  await data.importFolder(felt);
  await page.open();
  await page.lookAt(felt);
  await expect(
    page.preview.getByText(/This folder is the data set «felt» already\. Importing/),
  ).toBeVisible();
  await page.choose('Read as', 'Plain folder');
  await expect(page.preview.getByText(/read as MVTec AD\. Read otherwise it would lose/)).toBeVisible();
  await expect(page.importButton).toBeDisabled();
  await page.preview.getByRole('button', { name: 'Read as MVTec AD' }).click();
  await expect(page.importButton).toBeEnabled();
  await page.lookAt(other);
  await expect(page.preview.getByText(/Another data set is called «felt» too/)).toBeVisible();
  await page.preview.getByRole('textbox', { name: 'Name' }).fill('felt of May');
  await expect(page.preview.getByText(/is called/)).toHaveCount(0);
  await page.preview.getByRole('checkbox', { name: 'Take in new files as they come' }).check();
  await data.importShown();
  await expect(window.getByRole('heading', { name: 'felt of May', level: 1 })).toBeVisible();
  await makeMvtecClass(other, { className: 'felt', goodCount: 5, scratchedCount: 2 });
  await expect(new GalleryPage(window).tiles).toHaveCount(7);
});

test('looking into a large folder tells how far it is and stops at once', async ({ window }, testInfo) => {
  const folder = testInfo.outputPath('many');
  await grey(path.join(folder, 'first.png'), 80);
  const bytes = await readFile(path.join(folder, 'first.png'));
  for (let k = 0; k < 60; k++) {
    const below = path.join(folder, `day-${k}`);
    await mkdir(below, { recursive: true });
    await Promise.all(
      Array.from({ length: 200 }, (_, each) => writeFile(path.join(below, `${each}.png`), bytes)),
    );
  }
  const page = new ImportPage(window);
  await page.open();
  await page.lookAt(folder);
  await expect(window.getByText(/(among them|opened so far)$/)).toBeVisible();
  await window.getByRole('button', { name: 'Stop' }).click();
  await expect(window.getByText('Looking was stopped; nothing was stored.')).toBeVisible({ timeout: 1000 });
  await expect(page.preview).toHaveCount(0);
});
