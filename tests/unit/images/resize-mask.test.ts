import { describe, expect, test } from 'vitest';
import { resizeMask } from '../../../src-main/images/resize-mask.ts';

function makePattern(width: number, height: number) {
  const data = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return (x * 7 + y * 11 + ((x * y) % 5)) % 9 < 4 ? 1 : 0;
  });
  return { width, height, data };
}

/** What Pillow 13 makes of the pattern as 0 and 255 with BILINEAR, divided by 255 and above one half. */
const pillow = [
  {
    from: [23, 17],
    to: [9, 8],
    rows: '#........ ..#...#.# ..##..... .#..#.#.# #....#... .###..#.. #.....##. ########.',
  },
  {
    from: [6, 5],
    to: [13, 11],
    rows: '##....#####.. ##....#####.. #######....## ######.....## ...........## ...........## ...........## ....##...##.. ....##...##.. ..##.....##.. ..##.....##..',
  },
  {
    from: [40, 30],
    to: [40, 7],
    rows: '....###.#...##...##..##...........#.#..# ....#....#...#...##...##..##........#..# .#..#....#...#....#...##...##..##......# .#..#.#..#....###.#....#.#.##...##.###.. ....#.#..#.#..#....#.#.#....#...##...##. .........#.#..#.#..#....#.#.#....#...##. ###.......#...#.#..#....#....#.#.#...##.',
  },
] as const;

describe('a mask at another size', () => {
  test.each(pillow)('$from to $to is what Pillow makes of it', ({ from, to, rows }) => {
    const [width, height] = to;
    const resized = resizeMask(makePattern(from[0], from[1]), width, height);
    const text = Array.from(resized, (inside) => (inside === 1 ? '#' : '.')).join('');
    expect(text.match(new RegExp(`.{${width}}`, 'g'))?.join(' ')).toBe(rows);
  });

  test('at its own size it stays as it is', () => {
    const mask = makePattern(9, 4);
    expect(resizeMask(mask, 9, 4)).toEqual(mask.data);
  });
});
