import sharp from 'sharp';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assetPaths } from '../../../src-shared/contract/asset-paths.ts';
import { writeCompressedRuns } from '../../../src-shared/mask/coco-runs.ts';
import { openTestCore } from '../core/support/harness.ts';
import { folderOf, importAll, importFiles, summary } from './import-tools.ts';

/** Columns 2 to 5 of rows 1 to 3 of a 16×12 image, down the columns. */
const counts = [25, 3, 9, 3, 9, 3, 9, 3, 128];
const square = [2, 1, 6, 1, 6, 4, 2, 4];

const categories = [
  { id: 1, name: 'scratch' },
  { id: 2, name: 'dent' },
  { id: 3, name: 'good' },
];
const image = (id: unknown, name: unknown, width = 16, height = 12) => ({
  id,
  file_name: name,
  width,
  height,
});
const annotation = (image_id: unknown, segmentation: unknown, category_id = 1) => ({
  id: 1,
  image_id,
  category_id,
  segmentation,
  bbox: [0, 0, 1, 1],
});
const coco = (images: readonly unknown[], annotations: readonly unknown[]) =>
  JSON.stringify({ info: {}, images, annotations, categories });

describe('COCO', () => {
  it('reads polygons and run lengths, compressed and not, and they make the same mask', async () => {
    const { test, images, dataset, problems } = await importFiles({
      'images/polygon.png': 'picture',
      'images/runs.png': 'picture',
      'images/text.png': 'picture',
      'images/two.png': 'picture',
      'images/none.png': 'picture',
      'images/fine.png': 'picture',
      'annotations.json': coco(
        ['polygon', 'runs', 'text', 'two', 'none', 'fine'].map((name, i) => image(i + 1, `${name}.png`)),
        [
          annotation(1, [square]),
          annotation(2, { counts, size: [12, 16] }),
          annotation(3, { counts: writeCompressedRuns(counts), size: [12, 16] }),
          annotation(4, [[2, 1, 4, 1, 4, 4, 2, 4]]),
          annotation(4, [[3, 1, 6, 1, 6, 4, 3, 4]], 2),
          annotation(6, [square], 3),
        ],
      ),
    });
    expect(dataset).toMatchObject({ layout: 'coco', imageCount: 6 });
    expect(summary(images)).toEqual({
      'images/polygon.png': 'anomalous annotations.json#1',
      'images/runs.png': 'anomalous annotations.json#2',
      'images/text.png': 'anomalous annotations.json#3',
      'images/two.png': 'anomalous annotations.json#4',
      'images/none.png': 'good -',
      'images/fine.png': 'good -',
    });
    expect(images.find((one) => one.path === 'images/two.png')?.defect).toBe('dent, scratch');
    expect(problems).toEqual([]);
    for (const { id, maskPath } of images) {
      if (maskPath === null) continue;
      const { bytes } = await test.core.asset(assetPaths.mask(id));
      const { data, info } = await sharp(bytes)
        .toColourspace('b-w')
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect([info.width, info.height, info.channels]).toEqual([16, 12, 1]);
      const inside = [...data.keys()].filter((i) => data[i] === 255);
      expect(inside).toEqual([18, 19, 20, 21, 34, 35, 36, 37, 50, 51, 52, 53]);
    }
  });

  it('finds the images of a split, and reads one file a split', async () => {
    const { images } = await importFiles({
      'train2017/1.png': 'picture',
      'val2017/1.png': 'picture',
      'annotations/instances_train2017.json': coco([image(1, '1.png')], [annotation(1, [square])]),
      'annotations/instances_val2017.json': coco([image(1, '1.png')], [annotation(1, [square])]),
      'annotations/captions_val2017.json': coco([image(1, '1.png')], [{ image_id: 1, caption: 'x' }]),
    });
    expect(images.map((one) => [one.path, one.label])).toEqual([
      ['train2017/1.png', 'anomalous'],
      ['val2017/1.png', 'anomalous'],
    ]);
    const beside = await importFiles({
      'test/a.png': 'picture',
      'test/_annotations.coco.json': coco([image(1, 'a.png')], [annotation(1, [square])]),
    });
    expect(beside.images).toMatchObject([{ path: 'test/a.png', split: 'test' }]);
  });

  it('tells of boxes without outlines, other sizes, damaged outlines and unknown images, and never draws half a mask', async () => {
    const names = ['boxes', 'partly', 'size', 'runs', 'text', 'words', 'empty'];
    const { images, problems } = await importFiles({
      ...Object.fromEntries(names.map((name) => [`${name}.png`, 'picture' as const])),
      'coco.json': coco(
        [
          ...names.map((name, i) =>
            name === 'size' ? image(i + 1, 'size.png', 99, 12) : image(i + 1, `${name}.png`),
          ),
          image(8, 'gone.png'),
          image(9, '../../etc/passwd'),
          image(1, 'twice.png'),
          'no image',
          image(10, 3),
        ],
        [
          annotation(1, []),
          annotation(2, [square]),
          annotation(2, []),
          annotation(3, [square]),
          annotation(4, { counts: [1, 2, 3], size: [12, 16] }),
          annotation(5, { counts: 'ööö', size: [12, 16] }),
          annotation(6, [['a', 'b', {}]]),
          annotation(7, [[0, 0, 0, 0, 0, 0]]),
          annotation(77, [square]),
          null,
        ],
      ),
    });
    expect(images.map((one) => one.maskPath)).toEqual(Array(7).fill(null));
    expect(images.every((one) => one.label === 'anomalous')).toBe(true);
    const codes = problems.map(([path, code]) => `${path} ${code}`);
    expect(codes).toEqual(
      expect.arrayContaining([
        'boxes.png mask-missing',
        'partly.png mask-missing',
        'coco.json#3 mask-size-differs',
        'coco.json#4 unreadable-mask',
        'coco.json#5 unreadable-mask',
        'coco.json#6 unreadable-mask',
        'coco.json#7 mask-empty',
        'gone.png file-missing',
        '../../etc/passwd outside-root',
      ]),
    );
    expect(codes.filter((code) => code === 'coco.json bad-row')).toHaveLength(5);
  });

  it('draws masks again when the annotations change, and only then', async () => {
    const test = await openTestCore();
    const root = await folderOf({
      'a.png': 'picture',
      'coco.json': coco([image(1, 'a.png')], [annotation(1, [square])]),
    });
    const first = await importAll(test, root);
    const mask = async () => (await test.core.asset(assetPaths.mask(first.images[0]!.id))).headers['etag'];
    const before = await mask();
    expect((await importAll(test, root)).images).toEqual(first.images);
    expect(await mask()).toBe(before);
    await writeFile(
      join(root, 'coco.json'),
      coco([image(1, 'a.png')], [annotation(1, [[0, 0, 9, 0, 9, 9]])]),
    );
    await importAll(test, root);
    expect(await mask()).not.toBe(before);
  });

  it('knows no labels where a file annotates nothing', async () => {
    const { images } = await importFiles({ 'a.png': 'picture', 'coco.json': coco([image(1, 'a.png')], []) });
    expect(images.map((one) => one.label)).toEqual([null]);
  });
});
