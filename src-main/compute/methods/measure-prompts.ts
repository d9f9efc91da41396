import type { z } from 'zod';
import {
  sentencesOf,
  type promptMeasureParamsSchema,
  type PromptMeasure,
} from '../../../src-shared/domain/prompt-text.ts';
import type { Tokenizer } from '../clip/tokenizer.ts';

/** So many sentences are looked at, those about the objects with the most tokens first. */
const mostSentences = 20_000;
/** So many are named. */
const mostNamed = 20;
/** The marks at a sentence's ends. */
const markCount = 2;
/** A word of so many pieces is not in the vocabulary, nor made of two words that are. */
const piecesOfUnknown = 3;
/** Longer than any sentence: for counting what does not fit. */
const countingLength = 65_536;

/** How many tokens the sentences of a text take, which do not fit, and which words of objects are spelt out. */
export function measurePrompts(
  { text, objects, contextLength }: z.output<typeof promptMeasureParamsSchema>,
  tokenizer: Tokenizer,
): PromptMeasure {
  const count = (words: string) => tokenizer.encode(words, { contextLength: countingLength }).length;
  const perObject = (text.normal.length + text.abnormal.length) * text.templates.length;
  const longestFirst = [...new Set(objects)]
    .map((object) => ({ object, tokens: count(object) }))
    .sort((a, b) => b.tokens - a.tokens);
  const looked = longestFirst.slice(0, Math.max(1, Math.floor(mostSentences / perObject)));
  const tooLong: { sentence: string; tokens: number }[] = [];
  let mostTokens = 0;
  let tooLongCount = 0;
  for (const { object } of looked) {
    const { normal, abnormal } = sentencesOf(text, object);
    for (const sentence of [...normal, ...abnormal]) {
      const tokens = count(sentence);
      mostTokens = Math.max(mostTokens, tokens);
      if (tokens <= contextLength) continue;
      tooLongCount += 1;
      if (tooLong.length < mostNamed) tooLong.push({ sentence, tokens });
    }
  }
  const spelt = longestFirst.flatMap(({ object }) =>
    object
      .split(/\s+/)
      .filter((word) => word !== '')
      .map((word) => ({ object, word, pieces: count(word) - markCount }))
      .filter(({ pieces }) => pieces >= piecesOfUnknown),
  );
  return { sentenceCount: perObject, mostTokens, tooLong, tooLongCount, spelt: spelt.slice(0, mostNamed) };
}
