import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MirroredNames } from '../../../src-main/core/exports/mirrored-names.ts';
import { safeParts, shortName } from '../../../src-main/core/exports/safe-path.ts';
import { TargetFolder } from '../../../src-main/core/exports/target-folder.ts';
import { temporaryFolder } from '../core/support/harness.ts';

const image = (path: string) => ({
  path,
  className: 'nut',
  split: 'test' as const,
  defect: 'crack',
  label: 'anomalous' as const,
});

describe('names of exported files', () => {
  test('mirror the images, and no two are alike on any file system', () => {
    const names = new MirroredNames('suffixed');
    const paths = [
      'a/000.png',
      'a/000.jpg',
      'A/000.tif',
      'a/caf\u00e9.png',
      'a/cafe\u0301.png',
      'a/.hidden',
      'a/x.y.png',
    ];
    const given = paths.map((path) => names.next(image(path))?.name ?? '');
    expect(given).toEqual([
      'a/000',
      'a/000_jpg',
      'A/000_tif',
      'a/caf\u00e9',
      'a/cafe\u0301_png',
      'a/.hidden',
      'a/x.y',
    ]);
    expect(new Set(given.map((name) => name.normalize('NFC').toLowerCase())).size).toBe(paths.length);
  });

  test('of the parts of one file say which part it is', () => {
    const names = new MirroredNames('suffixed');
    const part = (which: string) => ({ ...image(`kos01/part5.jpg#${which}`), filePath: 'kos01/part5.jpg' });
    expect([names.next(part('top')), names.next(part('bottom'))].map((one) => one?.name)).toEqual([
      'kos01/part5_top',
      'kos01/part5_bottom',
    ]);
  });

  test("are class, split and defect where MVTec's layout is asked for", () => {
    expect(new MirroredNames('mvtec').next(image('somewhere/else/007.bmp'))?.name).toBe('nut/test/crack/007');
  });

  test.each([
    '../up.png',
    'a/../../up.png',
    '/etc/passwd',
    'a//b.png',
    'C:/x.png',
    'a\\..\\..\\x.png',
    'a/\0.png',
    '',
    '.',
  ])('are refused to a path that leads somewhere else: %j', (path) => {
    expect(safeParts(path)).toBeNull();
    expect(new MirroredNames('suffixed').next(image(path))).toBeNull();
    expect(new MirroredNames('mvtec').next(image(path))).toBeNull();
  });

  test('are refused to a class that leads somewhere else, in the layout that is made of classes', () => {
    expect(new MirroredNames('mvtec').next({ ...image('a.png'), className: '../..' })).toBeNull();
  });

  test('that are too long are cut and stay different', () => {
    const long = (end: string) => `${'ä'.repeat(120)}${end}`;
    expect(Buffer.byteLength(shortName(long('1')))).toBeLessThanOrEqual(200);
    expect(shortName(long('1'))).not.toBe(shortName(long('2')));
    expect(shortName('short')).toBe('short');
  });
});

describe('the target folder', () => {
  test('gets whole files only, and loses what could not be finished', async () => {
    const folder = await temporaryFolder();
    const target = TargetFolder.open(join(folder, 'out'));
    await target.write('a/b/c.txt', (sink) => sink(Buffer.from('whole')));
    await expect(
      target.write('a/b/d.txt', async (sink) => {
        await sink(Buffer.from('half'));
        throw new Error('stopped');
      }),
    ).rejects.toThrow('stopped');
    expect(await readdir(join(folder, 'out/a/b'))).toEqual(['c.txt']);
    expect(await readFile(join(folder, 'out/a/b/c.txt'), 'utf8')).toBe('whole');
  });

  test('follows no link out of itself, for folders and for files, and refuses names that lead out', async () => {
    const folder = await temporaryFolder();
    const [out, elsewhere] = [join(folder, 'out'), join(folder, 'elsewhere')];
    await mkdir(out);
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, 'kept.txt'), 'mine');
    await symlink(elsewhere, join(out, 'maps'));
    await symlink(join(elsewhere, 'kept.txt'), join(out, 'list.csv'));
    await symlink(join(elsewhere, 'kept.txt'), join(out, 'new.csv.part'));
    const target = TargetFolder.open(out);
    const write = (name: string) => target.write(name, (sink) => sink(Buffer.from('x')));

    await expect(write('maps/deep/a.png')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(write('../elsewhere/b.txt')).rejects.toMatchObject({ code: 'forbidden' });
    await write('list.csv');
    await write('new.csv');

    expect(await readdir(elsewhere)).toEqual(['kept.txt']);
    expect(await readFile(join(elsewhere, 'kept.txt'), 'utf8')).toBe('mine');
    expect(await readFile(join(out, 'list.csv'), 'utf8')).toBe('x');
  });
});
