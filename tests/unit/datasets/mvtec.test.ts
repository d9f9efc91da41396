import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { maskPicture, openTestCore, picture, projectRoot } from '../core/support/harness.ts';
import { folderOf, importAll, importFiles, inspect, summary } from './import-tools.ts';

const tree = {
  'bottle/train/good/000.png': 'picture',
  'bottle/test/good/000.png': 'picture',
  'bottle/test/crack/000.png': 'picture',
  'bottle/test/crack/001.jpg': 'picture',
  'bottle/test/crack/002.png': 'picture',
  'bottle/ground_truth/crack/000_mask.png': 'picture',
  // MVTec's derivatives name masks as their images.
  'bottle/ground_truth/crack/001.png': 'picture',
  'bottle/ground_truth/crack/009_mask.png': 'picture',
  'cap/test/good/1.png': 'picture',
  'cap/test/dent/1.png': 'picture',
  'licence.txt': 'free',
} as const;

const fixture = join(projectRoot, '../shared/data/fixture');

describe('MVTec AD', () => {
  it('is recognised in the fixture: seven classes, masks by name, one class without masks', async () => {
    const preview = await inspect(fixture);
    expect(preview).toMatchObject({ layout: 'mvtec', imageCount: 115, name: 'fixture', problemCount: 1 });
    const total = (key: 'good' | 'anomalous' | 'masks') =>
      preview.classes.reduce((sum, c) => sum + c[key], 0);
    expect([total('good'), total('anomalous'), total('masks')]).toEqual([57, 58, 52]);
    expect(preview.problems).toMatchObject([{ path: 'alien', code: 'no-ground-truth' }]);
  });

  it('stores of the fixture what was seen before, from its folders and from its meta.json alike', async () => {
    const [one, two] = [await openTestCore(), await openTestCore()];
    const folders = await importAll(one, fixture);
    const table = await importAll(two, fixture, { layout: 'anomalyclip' });
    expect(folders.dataset).toMatchObject({ layout: 'mvtec', imageCount: 115 });
    expect(table.dataset).toMatchObject({ layout: 'anomalyclip', imageCount: 115 });
    expect(summary(table.images)).toEqual(summary(folders.images));
    expect(table.dataset.classes).toEqual(folders.dataset.classes);
    const facts = (images: typeof table.images) =>
      images.map(({ className, split, defect, widthPx }) => [className, split, defect, widthPx]);
    expect(facts(table.images)).toEqual(facts(folders.images));
  }, 60_000);

  it('takes a single class folder under its own name', async () => {
    const preview = await inspect(join(await folderOf(tree), 'bottle'));
    expect(preview).toMatchObject({ layout: 'mvtec', name: 'bottle', imageCount: 5 });
    expect(preview.classes).toEqual([
      { name: 'bottle', good: 2, anomalous: 3, unlabelled: 0, masks: 2, masksFound: 2 },
    ]);
  });

  it('pairs masks by name and lists what does not fit together', async () => {
    const { dataset, images, problems } = await importFiles(tree);
    expect(dataset).toMatchObject({ state: 'ready', layout: 'mvtec', imageCount: 7, problemCount: 3 });
    expect(problems).toEqual([
      ['bottle/ground_truth/crack/009_mask.png', 'mask-without-image'],
      ['bottle/test/crack/002.png', 'mask-missing'],
      ['cap', 'no-ground-truth'],
    ]);
    expect(Object.fromEntries(images.map((image) => [image.path, image.maskPath]))).toMatchObject({
      'bottle/test/crack/000.png': 'bottle/ground_truth/crack/000_mask.png',
      'bottle/test/crack/001.jpg': 'bottle/ground_truth/crack/001.png',
      'bottle/test/crack/002.png': null,
      'bottle/test/good/000.png': null,
    });
    expect(images.find((image) => image.path === 'bottle/train/good/000.png')).toMatchObject({
      className: 'bottle',
      split: 'train',
      defect: 'good',
      label: 'good',
      widthPx: 16,
      heightPx: 12,
    });
    expect(images.find((image) => image.path === 'cap/test/dent/1.png')).toMatchObject({
      label: 'anomalous',
      defect: 'dent',
    });
  });

  it('reads BTAD: ok and ko, BMP images with PNG masks, black masks of good images', async () => {
    const black = await maskOf(0);
    const { dataset, images, problems } = await importFiles({
      '01/train/ok/0001.png': 'picture',
      '01/test/ok/0000.png': 'picture',
      '01/test/ko/0000.png': 'picture',
      '01/ground_truth/ko/0000.bmp': await maskPicture(),
      '01/ground_truth/ok/0000.png': black,
    });
    expect(dataset).toMatchObject({ layout: 'mvtec' });
    expect(summary(images)).toEqual({
      '01/train/ok/0001.png': 'good -',
      '01/test/ok/0000.png': 'good -',
      '01/test/ko/0000.png': 'anomalous 01/ground_truth/ko/0000.bmp',
    });
    expect(problems).toEqual([]);
  });

  it('reads DTD-Synthetic’s good and bad, and MPDD’s defects', async () => {
    const preview = await inspect(
      await folderOf({
        'Blotchy_099/train/good/1.png': 'picture',
        'Blotchy_099/test/bad/000.png': 'picture',
        'Blotchy_099/ground_truth/bad/000_mask.png': 'picture',
        'tubes/test/good/1.png': 'picture',
        'tubes/test/anomalous/0.png': 'picture',
        'tubes/ground_truth/anomalous/0_mask.png': 'picture',
      }),
    );
    expect(preview.problems).toEqual([]);
    expect(preview.classes).toEqual([
      { name: 'Blotchy_099', good: 1, anomalous: 1, unlabelled: 0, masks: 1, masksFound: 1 },
      { name: 'tubes', good: 1, anomalous: 1, unlabelled: 0, masks: 1, masksFound: 1 },
    ]);
  });

  it('never takes a mask that marks nothing for «no anomaly», and tells full ones and masks of good images', async () => {
    const files = {
      'c/test/good/1.png': 'picture',
      'c/test/cut/black.png': 'picture',
      'c/test/cut/white.png': 'picture',
      'c/ground_truth/good/1.png': await maskPicture(),
      'c/ground_truth/cut/black.png': await maskOf(0),
      'c/ground_truth/cut/white.png': await maskOf(255),
    } as const;
    const { test, root, images, problems, messages } = await importFiles(files);
    expect(summary(images)).toEqual({
      'c/test/good/1.png': 'good -',
      'c/test/cut/black.png': 'anomalous -',
      'c/test/cut/white.png': 'anomalous c/ground_truth/cut/white.png',
    });
    const told = [
      ['c/ground_truth/cut/black.png', 'mask-empty'],
      ['c/ground_truth/cut/white.png', 'mask-full'],
      ['c/ground_truth/good/1.png', 'mask-of-good'],
    ];
    expect(problems).toEqual(told);
    expect(messages.join()).toContain('c/test/cut/black.png is anomalous');
    // What is unchanged is not read again, but still told.
    expect((await importAll(test, root)).problems).toEqual(told);
  });

  it('does not use a mask of another size or one that cannot be read, and keeps their images', async () => {
    const { images, problems, messages } = await importFiles({
      'c/test/cut/a.png': 'picture',
      'c/test/cut/b.png': 'picture',
      'c/ground_truth/cut/a_mask.png': await picture('png', 8, 8),
      'c/ground_truth/cut/b_mask.png': 'no image',
    });
    expect(images.map((image) => image.maskPath)).toEqual([null, null]);
    expect(problems).toEqual([
      ['c/ground_truth/cut/a_mask.png', 'mask-size-differs'],
      ['c/ground_truth/cut/b_mask.png', 'unreadable-mask'],
    ]);
    expect(messages.some((message) => message.includes('8×8') && message.includes('16×12'))).toBe(true);
  });

  it('pairs names that differ in case or in the form of accents, and says so', async () => {
    const { images, problems } = await importFiles({
      'c/test/cut/Käse 1.png': 'picture',
      'c/ground_truth/cut/käse 1_MASK.png': 'picture',
    });
    expect(images.map((image) => image.maskPath)).toEqual(['c/ground_truth/cut/käse 1_MASK.png']);
    expect(problems).toEqual([['c/ground_truth/cut/käse 1_MASK.png', 'name-differs']]);
  });

  it('says of a plain layout over an MVTec tree that masks come in as images', async () => {
    const { dataset, problems, messages } = await importFiles(tree, { layout: 'folder' });
    expect(dataset).toMatchObject({ layout: 'folder', imageCount: 10 });
    expect(problems.filter(([, code]) => code !== 'duplicate')).toEqual([
      ['bottle/ground_truth', 'outside-layout'],
    ]);
    expect(messages[0]).toContain('looks like MVTec AD');
  });
});

async function maskOf(level: number): Promise<Buffer> {
  return await sharp(Buffer.alloc(16 * 12, level), { raw: { width: 16, height: 12, channels: 1 } })
    .png()
    .toBuffer();
}
