import { describe, expect, it } from 'vitest';
import { folderOf, importFiles, inspect } from './import-tools.ts';

describe('folders of good and bad images', () => {
  it.each([
    ['normal', 'anomaly'],
    ['Normal', 'Abnormal'],
    ['good', 'bad'],
    ['OK', 'NG'],
    ['no', 'yes'],
    ['negative', 'positive'],
    ['not_defective', 'defective'],
  ])('are known as %s and %s', async (good, bad) => {
    const preview = await inspect(
      await folderOf({ [`${good}/1.png`]: 'picture', [`${bad}/2.png`]: 'picture' }),
    );
    if (good === 'not_defective') expect(preview.layout).toBe('folder');
    else {
      expect(preview.layout).toBe('good-bad');
      expect(preview.classes).toMatchObject([{ good: 1, anomalous: 1, unlabelled: 0 }]);
    }
  });

  it('may lie below folders of classes and splits, with kinds of defects below', async () => {
    const { images, dataset, problems } = await importFiles(
      {
        'gear/train/ok/1.png': 'picture',
        'gear/val/ok/2.png': 'picture',
        'gear/val/ng/scratch/3.png': 'picture',
        'gear/train/ng/4.png': 'picture',
        'bolt/ok/5.png': 'picture',
        'bolt/ng/6.png': 'picture',
        'bolt/other/7.png': 'picture',
        'bolt/8.png': 'picture',
        'bolt/ng/6_mask.png': 'picture',
      },
      { layout: 'good-bad' },
    );
    expect(dataset.classes.map(({ name, good, anomalous }) => [name, good, anomalous])).toEqual([
      ['bolt', 1, 1],
      ['gear', 2, 2],
    ]);
    expect(images.find((image) => image.path === 'gear/val/ng/scratch/3.png')).toMatchObject({
      defect: 'scratch',
      split: null,
    });
    expect(images.find((image) => image.path === 'gear/train/ok/1.png')).toMatchObject({ split: 'train' });
    expect(problems).toEqual([
      ['bolt/8.png', 'outside-layout'],
      ['bolt/ng/6_mask.png', 'outside-layout'],
      ['bolt/other', 'outside-layout'],
    ]);
  });

  it('are not seen in a single one of them', async () => {
    expect((await inspect(await folderOf({ 'good/1.png': 'picture', 'a/2.png': 'picture' }))).layout).toBe(
      'folder',
    );
    expect((await inspect(await folderOf({ 'no/1.png': 'picture', 'maybe/2.png': 'picture' }))).layout).toBe(
      'folder',
    );
  });
});
