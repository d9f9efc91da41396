import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTokenizer } from '../../../src-main/compute/clip/tokenizer.ts';
import { unescapeHtml } from '../../../src-main/compute/clip/unescape-html.ts';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { processorMsOf } from '../../support/processor-time.ts';
import referenceIds from './reference-ids.json' with { type: 'json' };

const projectRoot = path.resolve(import.meta.dirname, '../../..');
const tokenizer = createTokenizer({ assetsFolder: path.join(projectRoot, 'assets') });

interface GoldenTokens {
  readonly tokenizer: readonly { readonly text: string; readonly ids: readonly number[] }[];
  readonly too_long: { readonly text: string };
}
const golden = JSON.parse(
  readFileSync(path.resolve(projectRoot, '../shared/golden/metrics-and-preprocess.json'), 'utf8'),
) as GoldenTokens;

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return null;
}

describe('CLIP tokenizer', () => {
  test('the merges make a vocabulary of 49,408 with the special tokens at its end', () => {
    expect(tokenizer.vocabularySize).toBe(49_408);
    expect([tokenizer.startOfText, tokenizer.endOfText]).toEqual([49_406, 49_407]);
  });

  test.each(golden.tokenizer)('the golden ids of «$text» come out exactly', ({ text, ids }) => {
    const encoded = tokenizer.encode(text);
    expect([...encoded, ...Array<number>(77 - encoded.length).fill(0)]).toEqual(ids);
  });

  // Made with OpenAI's simple_tokenizer written out again in Python (html.unescape, the `regex` package 2026.11, ranks
  // as tuples), without ftfy, on texts chosen for white space, case, entities and scripts.
  test.each(referenceIds)('the ids of $text are those of the Python tokenizer', ({ text, ids }) => {
    expect(tokenizer.encode(text)).toEqual(ids);
  });

  test('a prompt longer than the context is refused and named by its beginning', () => {
    const error = thrownBy(() => tokenizer.encode(golden.too_long.text));
    expect(error).toBeInstanceOf(WorkbenchError);
    expect(error).toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining('word word') as string,
    });
  });

  test('the context length counts both marks', () => {
    expect(tokenizer.encode('a photo', { contextLength: 4 })).toHaveLength(4);
    expect(thrownBy(() => tokenizer.encode('a photo', { contextLength: 3 }))).toBeInstanceOf(WorkbenchError);
  });

  test.each([
    ['one endless word', 'a'.repeat(100_000)],
    ['one endless word below the limit of length', 'ab'.repeat(30_000)],
    ['endless white space inside', `a${' \x1c'.repeat(30_000)}a${' a'.repeat(77)}`],
    ['endless ampersands', '&'.repeat(60_000)],
    ['endless unknown entities', '&abcdefghijklmnopqrstuvwxyzabcdef'.repeat(1_900)],
  ])('%s is refused before it keeps the processor busy', async (_name, text) => {
    const tookMs = await processorMsOf(() => {
      expect(thrownBy(() => tokenizer.encode(text))).toMatchObject({ code: 'bad-request' });
    });
    expect(tookMs).toBeLessThan(2000);
  });

  test('any text gives ids within the vocabulary or a clear refusal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const thrown = thrownBy(() => {
          const ids = tokenizer.encode(text);
          expect(ids.at(0)).toBe(49_406);
          expect(ids.at(-1)).toBe(49_407);
          expect(ids.every((id) => id >= 0 && id < 49_408)).toBe(true);
        });
        expect(thrown === null || thrown instanceof WorkbenchError).toBe(true);
      }),
    );
  });
});

describe('HTML references', () => {
  // Expected values from Python 3.11's html.unescape.
  test.each([
    ['&amp;lt;', '&lt;'],
    ['&notit;', '¬it;'],
    ['&#128;&#x81;', '€\x81'],
    ['&#0;&#xD800;&#x110000;', '\uFFFD\uFFFD\uFFFD'],
    ['&#1;&#xFFFE;&#11;x', 'x'],
    ['&#13;', '\r'],
    ['&copy2', '©2'],
    ['&fjlig;&quotx;&;&#;', 'fj"x;&;&#;'],
  ])('%s reads as Python reads it', (text, expected) => {
    expect(unescapeHtml(text)).toBe(expected);
  });
});
