import { createElement } from 'react';
import { describe, expect, it } from 'vitest';
import { toPseudo } from '../../../src-renderer/texts/pseudo-language.ts';
import { sayNodes } from '../../../src-renderer/texts/say-nodes.ts';
import { say } from '../../../src-renderer/texts/say.ts';

describe('a sentence of the window', () => {
  it('takes its plural from the count and groups thousands', () => {
    const sentence = '{count, plural, one {# image} other {# images}} of {name}';
    expect(say(sentence, { count: 1, name: 'wood' })).toBe('1 image of wood');
    expect(say(sentence, { count: 12_345, name: 'wood' })).toBe('12,345 images of wood');
  });

  it('keeps angle brackets and apostrophes of plain words', () => {
    expect(say('score < {limit}, it doesn’t matter', { limit: 3 })).toBe('score < 3, it doesn’t matter');
  });

  it('is refused when a place has no value', () => {
    expect(() => say('of {name}', {})).toThrow(/name/);
  });

  it('takes elements where the translation has their places', () => {
    const bold = createElement('b', {}, 'wood');
    expect(sayNodes('All of {name}: {count, number}', { name: bold, count: 1200 })).toMatchObject({
      props: { children: ['All of ', { type: 'b' }, ': 1,200'] },
    });
  });
});

describe('the made-up language', () => {
  it('marks texts and leaves the names of places and branches as they are', () => {
    expect(toPseudo('{count, plural, one {# image} other {# images}} of {name}')).toBe(
      '⟦{count, plural, one {# ímágé} other {# ímágés}} óf {name}⟧',
    );
  });
});
