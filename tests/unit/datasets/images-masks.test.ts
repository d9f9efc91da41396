import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { maskPicture, picture } from '../core/support/harness.ts';
import { folderOf, importFiles, inspect, summary } from './import-tools.ts';

describe('folders of images beside folders of masks', () => {
  it.each([
    ['Kvasir', 'images/c1.jpg', 'masks/c1.jpg', 'set', null],
    ['ClinicDB', 'Original/1.tif', 'Ground Truth/1.tif', 'set', null],
    ['ClinicDB of the PNG download', 'PNG/Original/1.png', 'PNG/Ground Truth/1.png', 'PNG', null],
    [
      'ISIC 2016',
      'ISBI2016_ISIC_Part1_Test_Data/ISIC_3.jpg',
      'ISBI2016_ISIC_Part1_Test_GroundTruth/ISIC_3_Segmentation.png',
      'set',
      'test',
    ],
    [
      'ISIC 2018',
      'ISIC2018_Task1-2_Validation_Input/ISIC_3.jpg',
      'ISIC2018_Task1_Validation_GroundTruth/ISIC_3_segmentation.png',
      'set',
      null,
    ],
    ['TN3K', 'test-image/0000.jpg', 'test-mask/0000.jpg', 'set', 'test'],
    ['a folder a class', 'polyp/images/x.png', 'polyp/masks/x.png', 'polyp', null],
    ['a folder a split', 'train/images/x.png', 'train/masks/x_mask.png', 'set', 'train'],
    ['folders below', 'images/a/x.png', 'masks/a/x.png', 'set', null],
  ])('are read as in %s', async (_, image, mask, className, split) => {
    const maskBytes = /jpg$/.test(mask)
      ? await sharp(await maskPicture())
          .jpeg()
          .toBuffer()
      : /tif$/.test(mask)
        ? await maskPicture(16, 12, 'tif')
        : await maskPicture();
    const imageBytes = /tif$/.test(image)
      ? await sharp(await picture('png'))
          .tiff()
          .toBuffer()
      : 'picture';
    const { dataset, images, problems } = await importFiles({ [image]: imageBytes, [mask]: maskBytes });
    expect(dataset.layout).toBe('images-masks');
    expect(summary(images)).toEqual({ [image]: `anomalous ${mask}` });
    expect(images[0]).toMatchObject({ split, className: className === 'set' ? dataset.name : className });
    expect(problems).toEqual([]);
  });

  it('pair by name and not by place, and tell of everything that has no partner', async () => {
    const { images, problems } = await importFiles({
      'images/1.png': 'picture',
      'images/2.png': 'picture',
      'images/4.png': 'picture',
      'images/notes.txt': 'x',
      'images/film.gif': 'GIF89a',
      'masks/2.png': 'picture',
      'masks/3.png': 'picture',
      'masks/4.png': await sharp({ create: { width: 16, height: 12, channels: 3, background: 'black' } })
        .png()
        .toBuffer(),
    });
    expect(summary(images)).toEqual({
      'images/1.png': '- -',
      'images/2.png': 'anomalous masks/2.png',
      'images/4.png': '- -',
    });
    expect(problems).toEqual([
      ['images/1.png', 'mask-missing'],
      ['images/film.gif', 'unsupported-format'],
      ['masks/3.png', 'mask-without-image'],
      ['masks/4.png', 'mask-empty'],
    ]);
  });

  it('let a folder’s name say that its images are good, and ask about masks that mark something there', async () => {
    const { images, problems } = await importFiles({
      'Normal/images/1.png': 'picture',
      'Normal/images/2.png': 'picture',
      'Normal/masks/1.png': 'picture',
      'Tumour/images/3.png': 'picture',
      'Tumour/masks/3.png': 'picture',
    });
    expect(summary(images)).toEqual({
      'Normal/images/1.png': 'good -',
      'Normal/images/2.png': 'good -',
      'Tumour/images/3.png': 'anomalous Tumour/masks/3.png',
    });
    expect(problems).toEqual([['Normal/masks/1.png', 'mask-of-good']]);
  });

  it('are not seen where the folder of masks holds no images', async () => {
    const root = await folderOf({
      'images/1.png': 'picture',
      'labels/1.txt': '0 0.5',
      'masks/readme.txt': 'x',
    });
    expect((await inspect(root)).layout).toBe('folder');
  });
});
