import { appendFile, mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openTestCore, picture, temporaryFolder, writeTree } from '../core/support/harness.ts';
import { folderOf, importAll, importFiles } from './import-tools.ts';

/** An image file above the size that is hashed as a whole at first. */
async function noise(seed: number): Promise<Buffer> {
  const pixels = Buffer.alloc(300 * 300);
  let state = seed;
  for (let i = 0; i < pixels.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    pixels[i] = state >>> 24;
  }
  return await sharp(pixels, { raw: { width: 300, height: 300, channels: 1 } })
    .png()
    .toBuffer();
}

describe('duplicates', () => {
  it('are told by content, however they are named, with the label that differs', async () => {
    const same = await picture('png', 20, 20);
    const { problems, messages } = await importFiles({
      'good/a.png': same,
      'good/b.png': same,
      'bad/c.png': same,
      'bad/d.png': 'picture',
    });
    expect(problems).toEqual([
      ['good/a.png', 'duplicate'],
      ['good/b.png', 'duplicate'],
    ]);
    expect(messages[0]).toContain('same content as bad/c.png, but has another label');
  });

  it('are not files of one length that differ in the middle, and are told again at every import', async () => {
    const large = await noise(1);
    const other = Buffer.from(large);
    const at = Math.floor(large.length * 0.3);
    other[at] = (other[at] ?? 0) ^ 0xff;
    const test = await openTestCore();
    const root = await folderOf({ 'a.png': large, 'b.png': other, 'c.png': large });
    const first = await importAll(test, root);
    expect(first.problems).toEqual([['c.png', 'duplicate']]);
    expect((await importAll(test, root)).problems).toEqual(first.problems);
    // A hash is of what the file was: another content is another hash.
    const changed = Buffer.from(large);
    changed[at] = (changed[at] ?? 0) ^ 0x0f;
    await writeFile(join(root, 'c.png'), changed);
    await utimes(join(root, 'c.png'), 5, 5);
    expect((await importAll(test, root)).problems).toEqual([]);
  });
});

describe('names', () => {
  it('may hold spaces, line ends, quotes, per cents and any letters', async () => {
    const names = [
      'a b.png',
      'line\nend.png',
      'it\'s "x".png',
      '100%.png',
      '日本.png',
      'e\u0301.png',
      '#top.png',
      ' .png',
      'ключ.PNG',
    ];
    const { images, problems } = await importFiles(
      Object.fromEntries(names.map((name) => [name, 'picture' as const])),
    );
    expect(images.map((image) => image.path).sort()).toEqual([...names].sort());
    expect(problems).toEqual([]);
  });

  it('lead nowhere out of the folder by links, in circles or otherwise', async () => {
    const [root, outside] = [await temporaryFolder(), await folderOf({ 'x.png': 'picture' })];
    await writeTree(root, { 'bottle/test/good/1.png': 'picture', 'bottle/test/crack/2.png': 'picture' });
    await mkdir(join(root, 'bottle/ground_truth/crack'), { recursive: true });
    await symlink(join(outside, 'x.png'), join(root, 'bottle/ground_truth/crack/2_mask.png'));
    await symlink(root, join(root, 'bottle/test/loop'));
    await symlink(outside, join(root, 'bottle/test/away'));
    const { images, problems } = await importAll(await openTestCore(), root);
    expect(images.map((image) => [image.path, image.maskPath])).toEqual([
      ['bottle/test/crack/2.png', null],
      ['bottle/test/good/1.png', null],
    ]);
    expect(problems).toEqual([
      ['bottle/ground_truth/crack/2_mask.png', 'link-skipped'],
      ['bottle/test/away', 'link-skipped'],
      ['bottle/test/crack/2.png', 'mask-missing'],
      ['bottle/test/loop', 'link-skipped'],
    ]);
  });
});

describe('damaged files', () => {
  it('are told one by one and the rest is read', async () => {
    const png = await picture('png', 40, 40);
    const jpeg = await sharp(await noise(3))
      .jpeg()
      .toBuffer();
    const root = await folderOf({
      'fine.png': 'picture',
      'cut.png': png.subarray(0, png.length - 20),
      'cut.jpg': jpeg.subarray(0, jpeg.length >> 1),
      'empty.tif': '',
      'huge.png': Buffer.concat([
        png.subarray(0, 16),
        Buffer.from([0, 1, 0, 0, 0, 1, 0, 0]),
        png.subarray(24),
      ]),
    });
    const { images, problems } = await importAll(await openTestCore(), root);
    expect(images.map((image) => image.path)).toEqual(['fine.png']);
    expect(problems.map(([path]) => path)).toEqual(['cut.jpg', 'cut.png', 'empty.tif', 'huge.png']);
    await appendFile(join(root, 'fine.png'), 'something after its end');
    expect((await importAll(await openTestCore(), root)).images).toHaveLength(1);
  });
});
