import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { assetPaths } from '../../../src-shared/contract/asset-paths.ts';
import { connectDatabase } from '../../../src-main/core/db/database.ts';
import { createRepositories } from '../../../src-main/core/db/repositories.ts';
import { readImageMask } from '../../../src-main/core/datasets/read-image-mask.ts';
import { baselineRun, openTestCore, temporaryFolder } from '../core/support/harness.ts';
import { folderOf, importAll, importFiles, inspect, summary } from './import-tools.ts';

const elpv = {
  'images/cell0001.png': 'picture',
  'images/cell0002.png': 'picture',
  'images/cell0003.png': 'picture',
  'images/cell0004.png': 'picture',
  'labels.csv': [
    'images/cell0001.png  1.0   mono',
    'images/cell0002.png  0.3333333333333333   poly',
    'images/cell0003.png  0.6666666666666666   poly',
    'images/cell0004.png  0.0   mono',
  ].join('\n'),
} as const;

describe('ELPV', () => {
  it.each([
    [undefined, 'anomalous good anomalous good'],
    [0.3, 'anomalous anomalous anomalous good'],
    [2 / 3, 'anomalous good anomalous good'],
    [1, 'anomalous good good good'],
  ])('cuts the probability at %s', async (elpvCut, labels) => {
    const { dataset, images } = await importFiles(
      elpv,
      elpvCut === undefined ? {} : { layoutOptions: { elpvCut } },
    );
    expect(dataset.layout).toBe('elpv');
    expect(images.map((image) => image.label).join(' ')).toBe(labels);
    expect(images[1]).toMatchObject({ defect: 'poly, probability 1/3' });
  });

  it('takes another cut at a later import, which changes labels and the AUROC of runs and no scores', async () => {
    const test = await openTestCore();
    const root = await folderOf(elpv);
    const { dataset } = await importAll(test, root);
    const { run, job } = await test.core.call('runs.create', baselineRun(dataset.id));
    await test.jobEnd(job.id);
    const before = await test.core.call('runs.get', { runId: run.id });
    const again = await importAll(test, root, { layoutOptions: { elpvCut: 1 } });
    expect(again.images.map((image) => image.label)).toEqual(['anomalous', 'good', 'good', 'good']);
    const after = await test.core.call('runs.get', { runId: run.id });
    expect(after.scoredCount).toBe(4);
    expect(after.imageAuroc).not.toEqual(before.imageAuroc);
    // Without a wish the choice stays.
    expect((await importAll(test, root)).dataset.layoutOptions).toEqual({ elpvCut: 1 });
  });

  it('tells of lines that are none, whatever their length', async () => {
    const { images, problems } = await importFiles({
      ...elpv,
      'labels.csv': `${elpv['labels.csv']}\nimages/cell0009.png 0.0 mono\nimages/cell0001.png 1.5 mono\n${'a '.repeat(200_000)}\n=1+1 x\n`,
    });
    expect(images).toHaveLength(4);
    expect(problems.map(([, code]) => code).sort()).toEqual([
      'bad-row',
      'bad-row',
      'bad-row',
      'file-missing',
    ]);
  });
});

/** A picture of 20×50, its upper half dark, its lower bright. */
const sddPicture = (shade: number) =>
  sharp(Buffer.alloc(20 * 51, shade).fill(200, 20 * 25), { raw: { width: 20, height: 51, channels: 1 } });

async function label(firstRow: number, rows: number): Promise<Buffer> {
  const pixels = Buffer.alloc(20 * 51);
  pixels.fill(255, firstRow * 20, (firstRow + rows) * 20);
  return await sharp(pixels, { raw: { width: 20, height: 51, channels: 1 } })
    .png()
    .toBuffer();
}

const sdd = async () => ({
  'kos01/Part0.jpg': await sddPicture(10).jpeg().toBuffer(),
  'kos01/Part0_label.png': await label(30, 5),
  'kos01/Part1.jpg': await sddPicture(20).jpeg().toBuffer(),
  'kos01/Part1_label.png': await label(0, 0),
  'kos02/Part0.jpg': await sddPicture(30).jpeg().toBuffer(),
  'kos02/Part7_label.png': await label(0, 1),
});

describe('KolektorSDD', () => {
  it('is cut in two, each half with the label of its half of the label image', async () => {
    const { dataset, images, problems } = await importFiles(await sdd());
    expect(dataset).toMatchObject({ layout: 'sdd', imageCount: 6 });
    expect(summary(images)).toEqual({
      'kos01/Part0.jpg#bottom': 'anomalous kos01/Part0_label.png',
      'kos01/Part0.jpg#top': 'good -',
      'kos01/Part1.jpg#bottom': 'good -',
      'kos01/Part1.jpg#top': 'good -',
      'kos02/Part0.jpg#bottom': '- -',
      'kos02/Part0.jpg#top': '- -',
    });
    expect(images[0]).toMatchObject({
      filePath: 'kos01/Part0.jpg',
      crop: { x: 0, y: 25, width: 20, height: 26 },
      widthPx: 20,
      heightPx: 26,
    });
    expect(problems).toEqual([
      ['kos02/Part0.jpg', 'mask-missing'],
      ['kos02/Part7_label.png', 'mask-without-image'],
    ]);
  });

  it('shows labels in the preview, and is kept whole by choice', async () => {
    const root = await folderOf(await sdd());
    expect((await inspect(root)).classes).toMatchObject([{ good: 3, anomalous: 1, unlabelled: 2, masks: 1 }]);
    const whole = await importAll(await openTestCore(), root, { layoutOptions: { sddHalves: false } });
    expect(summary(whole.images)).toEqual({
      'kos01/Part0.jpg': 'anomalous kos01/Part0_label.png',
      'kos01/Part1.jpg': 'good -',
      'kos02/Part0.jpg': '- -',
    });
  });

  it('serves thumbnails, images and masks of each half, and hands the halves to the methods', async () => {
    const dataFolder = await temporaryFolder();
    const test = await openTestCore({ dataFolder });
    const root = await folderOf(await sdd());
    const { dataset, images } = await importAll(test, root);
    const bottom = images.find((image) => image.path === 'kos01/Part0.jpg#bottom')!;
    const top = images.find((image) => image.path === 'kos01/Part0.jpg#top')!;
    const grey = async (path: string) => {
      const { status, bytes } = await test.core.asset(path);
      expect(status).toBe(200);
      const { data, info } = await sharp(bytes).greyscale().raw().toBuffer({ resolveWithObject: true });
      return {
        size: [info.width, info.height],
        mean: Math.round(data.reduce((a, b) => a + b, 0) / data.length),
      };
    };
    expect((await grey(assetPaths.image(bottom.id))).size).toEqual([20, 26]);
    expect((await grey(assetPaths.image(top.id))).size).toEqual([20, 25]);
    expect((await grey(assetPaths.thumbnail(top.id, 128))).mean).toBeLessThan(40);
    expect((await grey(assetPaths.thumbnail(bottom.id, 128))).mean).toBeGreaterThan(180);
    expect((await grey(assetPaths.mask(bottom.id))).size).toEqual([20, 26]);
    expect((await test.core.asset(assetPaths.mask(top.id))).status).toBe(404);

    const { job } = await test.core.call('runs.create', baselineRun(dataset.id));
    expect((await test.jobEnd(job.id)).state).toBe('succeeded');

    const database = connectDatabase({ filePath: `${dataFolder}/workbench.sqlite`, log: () => undefined });
    const mask = await readImageMask(createRepositories(database).images, root, bottom);
    database.close();
    expect([mask?.width, mask?.height]).toEqual([20, 26]);
    // Rows 30 to 34 of the picture are rows 5 to 9 of its lower half.
    const inside = Array.from({ length: 26 }, (_, y) => mask?.data[y * 20]);
    expect(inside.indexOf(1)).toBe(5);
    expect(inside.lastIndexOf(1)).toBe(9);
  });

  it('reads an unchanged set again without opening a file', async () => {
    const test = await openTestCore();
    const root = await folderOf(await sdd());
    const first = await importAll(test, root);
    const again = await importAll(test, root);
    expect(again.images).toEqual(first.images);
    expect(again.problems).toEqual(first.problems);
  });
});
