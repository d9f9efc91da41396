import { describe, expect, it } from 'vitest';
import {
  objectWords,
  ownPromptText,
  writtenMethodIds,
  writtenSentences,
} from '../../../src-shared/domain/hand-written-prompts.ts';
import { promptTextTitle, settingsRead } from '../../../src-shared/domain/method-settings.ts';
import {
  promptTextLimits,
  promptTextSchema,
  sentencesOf,
  type PromptText,
} from '../../../src-shared/domain/prompt-text.ts';

const edited: PromptText = {
  normal: ['flawless {}', '{}'],
  abnormal: ['{} with a crack'],
  templates: ['a photo of a {}.', 'an X-ray of the {}.'],
};

describe('hand-written prompts', () => {
  it('read a class name as words, and the user’s own words instead of it', () => {
    expect(objectWords('metal_nut', {})).toBe('metal nut');
    expect(objectWords('metal_nut', { objectName: 'M8 nut' })).toBe('M8 nut');
    const settings = { objectName: 'part', objectNames: { metal_nut: 'brass nut' } };
    expect(objectWords('metal_nut', settings)).toBe('brass nut');
    expect(objectWords('screw', settings)).toBe('part');
    // Names that every object has are names of classes too.
    expect(objectWords('constructor', { objectNames: {} })).toBe('constructor');
  });

  it('are by themselves what papers and released code say', () => {
    expect(writtenSentences('clip', 'nut', {})).toEqual({
      normal: ['a photo of a normal nut'],
      abnormal: ['a photo of an anomalous nut'],
    });
    const clipAc = writtenSentences('clip-ac', 'nut', {});
    expect([clipAc.normal.length, clipAc.abnormal.length]).toEqual([80, 80]);
    expect(clipAc.abnormal).toContain('a bad photo of a anomalous nut.');
    const winClip = writtenSentences('winclip', 'nut', {});
    expect([winClip.normal.length, winClip.abnormal.length]).toEqual([154, 88]);
  });

  it('fit their own bounds', () => {
    for (const id of writtenMethodIds)
      expect(promptTextSchema.parse(ownPromptText(id))).toEqual(ownPromptText(id));
  });

  it('are none of a method that learned its own', () => {
    expect(ownPromptText('anomalyclip')).toBeNull();
    expect(ownPromptText('faprompt')).toBeNull();
    expect(ownPromptText('baseline')).toBeNull();
  });
});

describe('an edited text', () => {
  it('puts every state into every template, and the object into every state', () => {
    expect(sentencesOf(edited, 'gear $& wheel')).toEqual({
      normal: [
        'a photo of a flawless gear $& wheel.',
        'an X-ray of the flawless gear $& wheel.',
        'a photo of a gear $& wheel.',
        'an X-ray of the gear $& wheel.',
      ],
      abnormal: ['a photo of a gear $& wheel with a crack.', 'an X-ray of the gear $& wheel with a crack.'],
    });
    expect(writtenSentences('winclip', 'nut', { promptText: edited })).toEqual(sentencesOf(edited, 'nut'));
  });

  it('is a setting of the methods that read it, unless it says what the method says anyway', () => {
    expect(settingsRead('clip', { promptText: edited })).toEqual({ promptText: edited });
    expect(settingsRead('anomalyclip', { promptText: edited })).toEqual({});
    const own = { name: 'The paper’s', ...ownPromptText('winclip') };
    expect(settingsRead('winclip', { promptText: own })).toEqual({});
    expect(settingsRead('clip', { promptText: own })).toEqual({ promptText: own });
    expect(settingsRead('clip', { objectNames: {} })).toEqual({});
  });

  it('is told by its name, or by a mark that other words change', () => {
    expect(promptTextTitle({})).toBeNull();
    expect(promptTextTitle({ promptText: { ...edited, name: 'Gears' } })).toBe('«Gears»');
    const title = promptTextTitle({ promptText: edited });
    expect(title).toMatch(/^own prompts [0-9a-f]{4}$/);
    expect(promptTextTitle({ promptText: { ...edited, templates: ['{}.'] } })).not.toBe(title);
  });

  it.each<[string, unknown, RegExp]>([
    ['has no normal phrase', { ...edited, normal: [] }, /at least one phrase/],
    ['has no template', { ...edited, templates: [] }, /at least one template/],
    [
      'lacks the place of the object',
      { ...edited, abnormal: ['damaged'] },
      /needs \{\} where the object stands/,
    ],
    ['has an empty line', { ...edited, normal: ['  '] }, /is empty/],
    ['is too long', { ...edited, normal: [`${'a'.repeat(300)} {}`] }, /longer than 300 letters/],
    ['holds control characters', { ...edited, normal: ['{}\u0000'] }, /no text/],
    [
      'makes too many sentences',
      { ...edited, normal: many('state {} ', 40), templates: many('{} ', 40) },
      /1000 sentences/,
    ],
    [
      'has too many phrases',
      { ...edited, normal: many('{} ', promptTextLimits.states + 1) },
      /more than 64 phrases/,
    ],
    ['has an unknown part', { ...edited, weights: [1] }, /weights/],
  ])('is refused when it %s', (_, text, reason) => {
    const parsed = promptTextSchema.safeParse(text);
    expect(parsed.error?.message).toMatch(reason);
  });
});

function many(text: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${text}${index}`);
}
