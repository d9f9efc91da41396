import { describe, expect, it } from 'vitest';
import { chooseReferences } from '../../../src-main/core/scans/run-references.ts';

const good = (className: string, names: readonly string[], isTraining = false) =>
  names.map((name) => ({
    className,
    path: `${className}/${isTraining ? 'train' : 'test'}/${name}.png`,
    isTraining,
  }));

describe('the references of a few-shot run', () => {
  it('are the first training images by path, then others', () => {
    const candidates = [...good('nut', ['c', 'a', 'b']), ...good('nut', ['z', 'y'], true)];
    expect(chooseReferences(candidates, ['nut'], { shots: 1 })).toEqual([
      { className: 'nut', paths: ['nut/train/y.png'] },
    ]);
    expect(chooseReferences(candidates, ['nut'], { shots: 4 })[0]!.paths).toEqual([
      'nut/train/y.png',
      'nut/train/z.png',
      'nut/test/a.png',
      'nut/test/b.png',
    ]);
  });

  it('are drawn by a seed, the same for the same seed and others for another', () => {
    const names = Array.from({ length: 50 }, (_, i) => String(i).padStart(2, '0'));
    const candidates = good('nut', names, true);
    const draw = (referenceSeed: number) =>
      chooseReferences(candidates, ['nut'], { shots: 8, referenceSeed })[0]!.paths;
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(new Set(draw(1)).size).toBe(8);
    // Whatever the database's order was.
    expect(
      chooseReferences(candidates.toReversed(), ['nut'], { shots: 8, referenceSeed: 1 })[0]!.paths,
    ).toEqual(draw(1));
    // Every image has its chance: 400 draws of 8 from 50.
    const drawn = new Set(Array.from({ length: 400 }, (_, seed) => draw(seed)).flat());
    expect(drawn.size).toBe(50);
  });

  it('are all there are where a class has fewer, and an error where one has none', () => {
    const candidates = [...good('nut', ['a', 'b']), ...good('bolt', ['c'])];
    expect(chooseReferences(candidates, ['bolt', 'nut'], { shots: 2 })).toEqual([
      { className: 'bolt', paths: ['bolt/test/c.png'] },
      { className: 'nut', paths: ['nut/test/a.png', 'nut/test/b.png'] },
    ]);
    expect(() => chooseReferences(candidates, ['nut', 'screw'], { shots: 2 })).toThrow(
      expect.objectContaining({
        code: 'unavailable',
        message: expect.stringContaining('images labelled good, and «screw» has none.'),
      }),
    );
    const many = Array.from({ length: 9 }, (_, i) => `class-${i}`);
    expect(() => chooseReferences([], many, { shots: 1 })).toThrow('«class-4» and 4 other classes have none');
  });

  it('are none without shots', () => {
    expect(chooseReferences([], ['nut'], {})).toEqual([{ className: 'nut', paths: [] }]);
  });
});
