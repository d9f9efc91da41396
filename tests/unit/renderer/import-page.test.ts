import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../src-shared/domain/dataset.ts';
import { folderOf, meaningOfDrop, type DropEntry } from '../../../src-renderer/state/dropped.ts';
import { optionsFor } from '../../../src-renderer/state/layout-words.ts';
import { describeKind, groupProblems, problemsAsText } from '../../../src-renderer/state/problem-words.ts';

const folder = (path: string): DropEntry => ({ name: path.split('/').at(-1)!, isFolder: true, path });
const file = (path: string): DropEntry => ({ name: path.split('/').at(-1)!, isFolder: false, path });

describe('what was dropped on the window', () => {
  it('is its folder, and says how many others were left out', () => {
    const drop = meaningOfDrop([file('/a/1.png'), folder('/b/felt'), folder('/c/wood')]);
    expect(drop).toMatchObject({ path: '/b/felt', leftOutCount: 2 });
  });

  it('is a table where there is no folder, else the folder that the images lie in', () => {
    expect(meaningOfDrop([file('/a/1.png'), file('/a/list.CSV')])).toMatchObject({ path: '/a/list.CSV' });
    expect(meaningOfDrop([file('/a/1.png'), file('/a/2.png'), file('/b/3.png')])).toMatchObject({
      path: '/a',
      leftOutCount: 1,
    });
  });

  it('has no path in a browser, and means nothing where nothing was dropped', () => {
    const entry: DropEntry = { name: 'felt', isFolder: true, path: null };
    expect(meaningOfDrop([entry])).toEqual({ path: null, meant: entry, leftOutCount: 0 });
    expect(meaningOfDrop([])).toBeNull();
  });

  it('finds the folder of a file on every system', () => {
    expect(folderOf('/a/b/c.png')).toBe('/a/b');
    expect(folderOf('/c.png')).toBe('/');
    expect(folderOf('C:\\parts\\c.png')).toBe('C:\\parts');
    expect(folderOf('C:\\c.png')).toBe('C:\\');
  });
});

describe('options of a layout', () => {
  it('are sent only to the layout that reads them', () => {
    const all = { elpvCut: 1, sddHalves: false, table: 'a.csv' };
    expect(optionsFor('elpv', all)).toEqual({ elpvCut: 1, table: 'a.csv' });
    expect(optionsFor('sdd', all)).toEqual({ sddHalves: false });
    expect(optionsFor('coco', all)).toEqual({ table: 'a.csv' });
    expect(optionsFor('mvtec', all)).toBeUndefined();
    expect(optionsFor('elpv', {})).toBeUndefined();
  });
});

describe('problems by kind', () => {
  const problems: readonly Problem[] = [
    { path: 'a.png', code: 'unreadable-image', message: 'it is empty' },
    { path: 'b.png', code: 'duplicate', message: 'as a.png' },
    { path: 'c.png', code: 'unreadable-image', message: 'it ends early' },
  ];

  it('come in the order in which the kinds come first', () => {
    expect(groupProblems(problems).map(describeKind)).toEqual([
      '2 images could not be read',
      '1 image twice with the same content',
    ]);
  });

  it('keep their true counts where only the first are at hand', () => {
    const [first] = groupProblems(problems, [{ code: 'unreadable-image', count: 4000 }]);
    expect(first).toMatchObject({ count: 4000, problems: [problems[0], problems[2]] });
    expect(describeKind(first!)).toBe('4,000 images could not be read');
  });

  it('are copied as lines of path and reason', () => {
    expect(problemsAsText(problems.slice(0, 1))).toBe('a.png\tit is empty\n');
  });
});
