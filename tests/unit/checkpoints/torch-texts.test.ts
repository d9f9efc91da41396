import { describe, expect, it } from 'vitest';
import { readPickle } from '../../../src-main/compute/checkpoints/pickle-machine.ts';
import {
  PickleDict,
  PickleList,
  type PickleValue,
} from '../../../src-main/compute/checkpoints/pickle-values.ts';
import { ownTexts, ownTextsKey, textLimits } from '../../../src-main/compute/checkpoints/torch-texts.ts';
import { writePickle } from '../../../src-main/compute/checkpoints/write-pickle.ts';

function dictOf(entries: readonly (readonly [PickleValue, PickleValue])[]): PickleDict {
  const dict = new PickleDict();
  for (const [key, value] of entries) dict.entries.set(key, value);
  return dict;
}

const textsOf = (table: PickleValue) => ownTexts(dictOf([[ownTextsKey, table]]), 'odd.pth');

describe('texts beside the tensors of a torch file', () => {
  it('come back as they were written, in any letters', () => {
    const texts = new Map([
      ['state_word', 'zerkratzt «ß» 损坏 🙂'],
      ['__proto__', 'a name like any other'],
      ['empty', ''],
    ]);
    const pickle = writePickle('prompt_learner', [], { name: ownTextsKey, texts });
    expect(ownTexts(readPickle(pickle, 'a.pth'), 'a.pth')).toEqual(texts);
  });

  it('are none where the file is somebody else’s', () => {
    expect(ownTexts(readPickle(writePickle('prompt_learner', []), 'a.pth'), 'a.pth').size).toBe(0);
    expect(ownTexts(null, 'a.pth').size).toBe(0);
  });

  it.each<[string, PickleValue, RegExp]>([
    ['a list', new PickleList(), /no table of texts/],
    ['a number under a name', dictOf([['epoch', 3]]), /no table of texts/],
    ['a table in a table', dictOf([['settings', new PickleDict()]]), /no table of texts/],
    ['a text under a number', dictOf([[3, 'three']]), /no table of texts/],
    ['too many', dictOf(Array.from({ length: textLimits.count + 1 }, (_, i) => [`t${i}`, ''])), /too long/],
    ['a long name', dictOf([['n'.repeat(textLimits.nameLength + 1), '']]), /too long/],
    [
      'a long text that several names share',
      dictOf(['a', 'b', 'c'].map((name) => [name, 'x'.repeat(textLimits.totalLength / 2)])),
      /too long/,
    ],
  ])('are refused as %s', (_, table, words) => {
    expect(() => textsOf(table)).toThrow(words);
  });
});
