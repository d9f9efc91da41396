import { describe, expect, it } from 'vitest';
import { processorMsOf } from '../../support/processor-time.ts';
import { folderOf, inspect } from './import-tools.ts';

const count = 4000;
const numbered = (folder: string, extension: string, first: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${folder}/${first + i}.${extension}`, '']));

describe('thousands of files that do not fit together', () => {
  it.each([
    ['images and masks', 'images', 'masks', 'images-masks'],
    ['MVTec', 'c/test/cut', 'c/ground_truth/cut', 'mvtec'],
  ])('are told one by one and in little time: %s', async (_, images, masks, layout) => {
    const root = await folderOf({ ...numbered(images, 'png', 0), ...numbered(masks, 'png', count) });
    const tookMs = await processorMsOf(async () => {
      const preview = await inspect(root, {}, 100_000);
      expect(preview).toMatchObject({ layout, imageCount: count, problemCount: 2 * count });
    });
    // Looking each name up among all others would take minutes.
    expect(tookMs).toBeLessThan(20_000);
  });

  it('are counted where a table does not list them', async () => {
    const files = numbered('images', 'png', 0);
    const list = `path,label\n${Object.keys(files)
      .slice(0, 10)
      .map((path) => `${path},good`)
      .join('\n')}`;
    const preview = await inspect(await folderOf({ ...files, 'list.csv': list }), {}, 100_000);
    expect(preview).toMatchObject({ layout: 'list', imageCount: 10, problemCount: 201 });
    expect(preview.problems.some((problem) => problem.path === 'images/10.png')).toBe(true);
  });
});
