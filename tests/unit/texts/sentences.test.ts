import { IntlMessageFormat } from 'intl-messageformat';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { collectSentences, type SentenceCall } from '../../../src-main/launch/collect-sentences.mjs';
import { toPseudo } from '../../../src-renderer/texts/pseudo-language.ts';

const root = path.resolve(import.meta.dirname, '../../..');
let calls: readonly SentenceCall[] = [];

beforeAll(async () => {
  calls = await collectSentences(path.join(root, 'src-renderer'));
});

/** Names of all places of a parsed sentence, those inside plurals too. */
function placesOf(sentence: string): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) visit(each);
    else if (typeof value === 'object' && value !== null) {
      const element = value as {
        type?: number;
        value?: unknown;
        options?: Record<string, { value: unknown }>;
      };
      // 0 is literal text, 7 is the `#` of a plural; everything else names a place.
      if (element.type !== 0 && element.type !== 7) names.add(String(element.value));
      for (const option of Object.values(element.options ?? {})) visit(option.value);
    }
  };
  visit(new IntlMessageFormat(sentence, 'en-GB', undefined, { ignoreTag: true }).getAst());
  return names;
}

const where = ({ file, line }: SentenceCall) => `${path.relative(root, file)}:${line}`;

describe('every sentence of the window', () => {
  it('is a literal, so that translators get it', () => {
    expect(calls.length).toBeGreaterThan(0);
    expect(calls.filter(({ sentence }) => sentence === null).map(where)).toEqual([]);
  });

  it('has a value for each of its places and no value without a place', () => {
    const wrong = calls.flatMap((call) => {
      if (call.sentence === null || call.valueNames === null) return [];
      const places = [...placesOf(call.sentence)].sort().join();
      // Without values a sentence is shown as it stands: it may have no places at all.
      const given = [...call.valueNames].sort().join();
      return places === given ? [] : [`${where(call)}: places «${places}», values «${given}»`];
    });
    expect(wrong).toEqual([]);
  });

  it('keeps its places in the made-up language', () => {
    const wrong = calls.filter(
      ({ sentence }) =>
        sentence !== null &&
        [...placesOf(toPseudo(sentence))].sort().join() !== [...placesOf(sentence)].sort().join(),
    );
    expect(wrong.map(where)).toEqual([]);
  });
});
