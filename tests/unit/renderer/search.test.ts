import { describe, expect, it } from 'vitest';
import { search, type SearchGroup } from '../../../src-renderer/state/search.ts';

const item = (title: string, detail = '') => ({ key: title, title, detail, open: () => undefined });
const titles = (groups: readonly SearchGroup[], text: string) =>
  search(groups, text).map(({ name, items }) => [name, ...items.map(({ title }) => title)]);

const groups: readonly SearchGroup[] = [
  {
    name: 'Views',
    isShownEmpty: true,
    items: [item('Data'), item('Models'), item('Settings', 'theme, keys')],
  },
  {
    name: 'Images',
    isShownEmpty: false,
    items: [item('test/old_scratch.png', 'bottle'), item('scratch.png', 'nut'), item('good.png', 'nut')],
  },
];

describe('the search', () => {
  it('shows places before anything is typed, and no images', () => {
    expect(titles(groups, '  ')).toEqual([['Views', 'Data', 'Models', 'Settings']]);
  });

  it('finds by every word in any order and case, in the detail too', () => {
    expect(titles(groups, 'NUT scr')).toEqual([['Images', 'scratch.png']]);
    expect(titles(groups, 'theme')).toEqual([['Views', 'Settings']]);
  });

  it('puts what begins with the text first', () => {
    expect(titles(groups, 'scratch')).toEqual([['Images', 'scratch.png', 'test/old_scratch.png']]);
  });

  it('says how many more there are than it shows', () => {
    const many = {
      name: 'Images',
      isShownEmpty: false,
      items: Array.from({ length: 20 }, (_, k) => item(`a${k}`)),
    };
    const [found] = search([many], 'a');
    expect(found?.items).toHaveLength(8);
    expect(found?.moreCount).toBe(12);
  });

  it('finds nothing where a word is nowhere', () => {
    expect(search(groups, 'scratch bolt')).toEqual([]);
  });

  it('finds the few of 50,000 names that have every word', () => {
    const images = Array.from({ length: 50_000 }, (_, k) => item(`line-${k % 7}/part_${k}.png`, 'housing'));
    const group = { name: 'Images', isShownEmpty: false, items: images };
    const [found] = search([group], 'part_4999 line-3');
    expect(found?.items.map(({ title }) => title)).toEqual([
      'line-3/part_49990.png',
      'line-3/part_49997.png',
    ]);
  });
});
