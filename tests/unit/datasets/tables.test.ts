import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openTestCore, picture, temporaryFolder, writeTree } from '../core/support/harness.ts';
import { folderOf, importAll, importFiles, inspect, summary } from './import-tools.ts';

const visa = {
  'candle/Data/Images/Normal/0000.JPG': 'picture',
  'candle/Data/Images/Anomaly/000.JPG': 'picture',
  'candle/Data/Images/Anomaly/001.JPG': 'picture',
  'candle/Data/Masks/Anomaly/000.png': 'picture',
  'candle/image_anno.csv': 'image,label,mask\ncandle/Data/Images/Anomaly/000.JPG,"chunk of wax, missing",x\n',
  'split_csv/1cls.csv': [
    'object,split,label,image,mask',
    'candle,train,normal,candle/Data/Images/Normal/0000.JPG,',
    'candle,test,anomaly,candle/Data/Images/Anomaly/000.JPG,candle/Data/Masks/Anomaly/000.png',
  ].join('\r\n'),
  'split_csv/2cls_highshot.csv': 'object,split,label,image,mask\n',
} as const;

describe('VisA', () => {
  it('reads its table, the kinds of defects, and says what no row names', async () => {
    const { dataset, images, problems } = await importFiles(visa);
    expect(dataset.layout).toBe('visa');
    expect(summary(images)).toEqual({
      'candle/Data/Images/Normal/0000.JPG': 'good -',
      'candle/Data/Images/Anomaly/000.JPG': 'anomalous candle/Data/Masks/Anomaly/000.png',
    });
    expect(images.map((image) => [image.className, image.split, image.defect])).toEqual([
      ['candle', 'test', 'chunk of wax, missing'],
      ['candle', 'train', 'good'],
    ]);
    expect(problems).toEqual([['candle/Data/Images/Anomaly/001.JPG', 'outside-layout']]);
  });

  it('takes another table by choice, and keeps the choice for the next import', async () => {
    const root = await folderOf({
      ...visa,
      'split_csv/2cls_highshot.csv': `object,split,label,image,mask\ncandle,test,anomaly,candle/Data/Images/Anomaly/001.JPG,\n`,
    });
    const test = await openTestCore();
    const table = 'split_csv/2cls_highshot.csv';
    const first = await importAll(test, root, { layoutOptions: { table } });
    expect(first.images.map((image) => image.path)).toEqual(['candle/Data/Images/Anomaly/001.JPG']);
    const again = await importAll(test, root);
    expect(again.dataset.layoutOptions).toEqual({ table });
    expect(again.images).toEqual(first.images);
  });

  it('says which column is missing, and does not look outside for a table', async () => {
    const { problems, dataset } = await importFiles({ ...visa, 'split_csv/1cls.csv': 'image,label\na,b\n' });
    expect(dataset.imageCount).toBe(0);
    expect(problems).toEqual([['split_csv/1cls.csv', 'unreadable-table']]);
    const root = await folderOf(visa);
    await writeFile(join(root, '..', 'outside.csv'), visa['split_csv/1cls.csv']);
    await expect(inspect(root, { layoutOptions: { table: '../outside.csv' } })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

/** A meta.json of these entries under test → part. */
const metaOf = (...entries: readonly object[]) => JSON.stringify({ train: {}, test: { part: entries } });
const item = (img: unknown, mask: unknown = '', anomaly: unknown = 0) => ({
  img_path: img,
  mask_path: mask,
  cls_name: 'part',
  specie_name: anomaly === 0 ? 'good' : 'cut',
  anomaly,
});

describe('AnomalyCLIP’s meta.json', () => {
  it('reads absolute paths by their ends and never a file outside the folder', async () => {
    const outside = await folderOf({ 'secret.png': 'picture', 'x/img/3.png': 'picture' });
    const root = await folderOf({ 'img/1.png': 'picture', 'img/2.png': 'picture', 'masks/2.png': 'picture' });
    await writeFile(
      join(root, 'meta.json'),
      metaOf(
        item(join(root, 'img/1.png')),
        item('/remote-home/someone/part/img/2.png', 'D:\\sets\\part\\masks\\2.png', 1),
        item(join(outside, 'secret.png')),
        item(`file://${outside}/x/img/3.png`),
        item('../../etc/passwd'),
        item(`../${outside.split('/').at(-1)}/secret.png`),
        item('/etc/passwd'),
      ),
    );
    const { images, problems, messages } = await importAll(await openTestCore(), root);
    expect(summary(images)).toEqual({ 'img/1.png': 'good -', 'img/2.png': 'anomalous masks/2.png' });
    expect(problems.filter(([, code]) => code === 'outside-root')).toHaveLength(7);
    expect(messages.filter((message) => message.includes('It is not read.'))).toHaveLength(5);
    expect(messages.filter((message) => message.includes('by the ends of their paths'))).toHaveLength(2);
  });

  it('names the image of an empty mask path, of a folder and of a file that is not there', async () => {
    const { images, problems } = await importFiles({
      'a.png': 'picture',
      'b.png': 'picture',
      'c.png': 'picture',
      'd.png': 'picture',
      'masks/d.png': 'picture',
      'meta.json': metaOf(
        item('a.png', '', 1),
        item('b.png', 'masks', 1),
        item('c.png', 'masks/nothing.png', 1),
        item('d.png', 'masks/d.png', 1),
      ),
    });
    expect(images.map((image) => image.maskPath)).toEqual([null, null, null, 'masks/d.png']);
    expect(problems).toEqual([
      ['a.png', 'mask-missing'],
      ['b.png', 'mask-missing'],
      ['c.png', 'mask-missing'],
      ['masks/nothing.png', 'file-missing'],
    ]);
  });

  it('leaves out rows of wrong types, twice listed and missing images, and tells each', async () => {
    const meta = {
      train: [],
      test: {
        part: [
          item('a.png'),
          item('a.png'),
          item(7),
          item(null),
          item(''),
          item({ a: 1 }),
          'a.png',
          null,
          item('gone.png'),
        ],
        other: 'no list',
        __proto__: [],
      },
      val: {
        part: [
          item('b.png', 5, 1),
          item('c.png', '', 'perhaps'),
          item('n\u0000ul.png'),
          item('.'),
          item('sub'),
        ],
      },
    };
    const { images, problems, messages } = await importFiles(
      {
        'a.png': 'picture',
        'b.png': 'picture',
        'c.png': 'picture',
        'sub/x.txt': '',
        'meta.json': JSON.stringify(meta).replace('"other"', '"__proto__":[],"other"'),
      },
      { layout: 'anomalyclip' },
    );
    expect(summary(images)).toEqual({ 'a.png': 'good -', 'b.png': 'anomalous -', 'c.png': '- -' });
    expect(images.map((image) => image.split)).toEqual(['test', null, null]);
    expect(problems.filter(([, code]) => code === 'bad-row').length).toBeGreaterThanOrEqual(12);
    expect(problems).toContainEqual(['gone.png', 'file-missing']);
    expect(messages.some((message) => message.includes('test, part, entry 3: 7 is no path'))).toBe(true);
  });

  it('fails with the file’s name where it is no such list', async () => {
    for (const text of ['[1, 2', '[]', '{"a": {"b": ', '', '['.repeat(100_000)]) {
      const root = await folderOf({ 'a.png': 'picture', 'meta.json': text });
      await expect(inspect(root, { layout: 'anomalyclip' })).rejects.toMatchObject({
        code: 'corrupt-file',
        message: expect.stringContaining('meta.json') as string,
      });
      expect((await inspect(root)).layout).toBe('folder');
    }
  });
});

describe('a list of images', () => {
  const pictures = {
    'in/a b.png': 'picture',
    'in/ü.png': 'picture',
    'in/c.png': 'picture',
    'masks/c.png': 'picture',
  } as const;

  it.each([
    [
      'commas and a heading',
      'path,label,class,mask\n"in/a b.png",good,x,\nin/ü.png,0,x,\nin/c.png,defect,x,masks/c.png\n',
    ],
    [
      'semicolons, Windows line ends and a mark',
      '\ufeffpath;label;class;mask\r\nin/a b.png;ok;x;\r\nin/ü.png;normal;x;\r\nin/c.png;1.0;x;masks/c.png',
    ],
    [
      'tabs and other columns',
      'no\tfilename\tis_anomaly\tcategory\tmask_path\n1\tin\\a b.png\tfalse\tx\t\n2\tin/ü.png\tno\tx\tnan\n3\t./in/c.png\ttrue\tx\tmasks/c.png\n',
    ],
    ['no heading', 'in/a b.png,good,x,\nin/ü.png,good,x,\nin/c.png,ng,x,masks/c.png\n'],
  ])('is read with %s', async (_, text) => {
    const { dataset, images, problems } = await importFiles({ ...pictures, 'images.csv': text });
    expect(dataset).toMatchObject({ layout: 'list' });
    expect(summary(images)).toEqual({
      'in/a b.png': 'good -',
      'in/c.png': 'anomalous masks/c.png',
      'in/ü.png': 'good -',
    });
    expect(images.map((image) => image.className)).toEqual(['x', 'x', 'x']);
    expect(problems).toEqual([]);
  });

  it.each(['utf16le', 'latin1'] as const)('is read as %s', async (encoding) => {
    const text = 'path,label\nin/a b.png,good\nin/ü.png,bad\n';
    const bytes = Buffer.from(encoding === 'utf16le' ? `\ufeff${text}` : text, encoding);
    const { images } = await importFiles({ ...pictures, 'images.csv': bytes });
    expect(images.map((image) => [image.path, image.label])).toEqual([
      ['in/a b.png', 'good'],
      ['in/ü.png', 'anomalous'],
    ]);
  });

  it('takes cells that look like formulas as text', async () => {
    const { images, messages } = await importFiles({
      '=1+1.png': 'picture',
      '-2.png': 'picture',
      'images.csv':
        'path,label,class\n=1+1.png,good,"=HYPERLINK(""http://x"")"\n-2.png,=cmd|/C calc,@SUM(1)\n',
    });
    expect(images.map((image) => [image.path, image.label, image.className])).toEqual([
      ['-2.png', null, '@SUM(1)'],
      ['=1+1.png', 'good', '=HYPERLINK("http://x")'],
    ]);
    expect(messages.join()).toContain('line 3');
  });

  it('finds a bare name anywhere in the folder, as long as it is the only one', async () => {
    const { images, problems } = await importFiles({
      'deep/one.png': 'picture',
      'deep/two.png': 'picture',
      'other/two.png': 'picture',
      'images.csv': 'image,label\none.png,0\ntwo.png,1\n',
    });
    expect(images.map((image) => image.path)).toEqual(['deep/one.png']);
    expect(problems).toContainEqual(['two.png', 'file-missing']);
  });

  it('tells of rows with too few or too many cells, paths out of the folder and links out of it', async () => {
    const outside = await folderOf({ 'x.png': 'picture' });
    const root = await temporaryFolder();
    await writeTree(root, {
      'a.png': 'picture',
      'images.csv': 'path,label\na.png\n../x.png,good\nlink.png,good\na.png,good,1,2\n',
    });
    await symlink(join(outside, 'x.png'), join(root, 'link.png'));
    const { images, problems } = await importAll(await openTestCore(), root);
    expect(images.map((image) => image.path)).toEqual(['a.png']);
    expect(problems.map(([path, code]) => `${path} ${code}`)).toEqual(
      expect.arrayContaining([
        '../x.png outside-root',
        'link.png file-missing',
        'link.png link-skipped',
        'images.csv bad-row',
      ]),
    );
  });

  it('gives an image with a mask and no label column the label that the mask says', async () => {
    const black = await sharp({ create: { width: 16, height: 12, channels: 3, background: 'black' } })
      .png()
      .toBuffer();
    const { images, problems } = await importFiles(
      {
        'a.png': 'picture',
        'b.png': 'picture',
        'c.png': await picture('png', 16, 12),
        'masks/a.png': 'picture',
        'masks/b.png': black,
        'list.csv': 'image,mask\na.png,masks/a.png\nb.png,masks/b.png\nc.png,\n',
      },
      { layout: 'list' },
    );
    expect(summary(images)).toEqual({ 'a.png': 'anomalous masks/a.png', 'b.png': '- -', 'c.png': '- -' });
    expect(problems).toEqual([['masks/b.png', 'mask-empty']]);
  });
});
