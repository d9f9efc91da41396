import { describe, expect, it } from 'vitest';
import {
  chooseMethods,
  choiceOf,
  countNewImages,
  draftFor,
  imagesIn,
  isSameRun,
  nothingChosen,
  runWishes,
  whyNoReferences,
} from '../../../src-renderer/state/run-plan.ts';
import { draftOf, parseDraft, type PromptDraft } from '../../../src-renderer/state/prompt-drafts.ts';
import { runBadge, runTitle } from '../../../src-renderer/state/run-words.ts';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import { ownPromptText } from '../../../src-shared/domain/hand-written-prompts.ts';
import { methodMetadata } from '../../../src-shared/domain/method-catalogue.ts';
import type { Model, PromptSet } from '../../../src-shared/domain/model.ts';
import type { PromptText } from '../../../src-shared/domain/prompt-text.ts';
import type { Run } from '../../../src-shared/domain/run.ts';

const methods = methodMetadata.map((method) => ({
  ...method,
  unavailable: method.needsLearnedPrompts ? 'No prompts.' : null,
}));
const able = (...wanted: readonly string[]) =>
  methodMetadata.filter(({ id }) => wanted.includes(id)).map((method) => ({ ...method, unavailable: null }));
const ids = (chosen: readonly { readonly id: string }[]) => chosen.map(({ id }) => id);
const counts = (name: string, good: number) => ({ name, good, anomalous: 3, unlabelled: 0, masks: 0 });

const text: PromptText = { normal: ['{}'], abnormal: ['bent {}'], templates: ['a photo of a {}.'] };
const draft: PromptDraft = draftOf(text);

describe('what a start would run', () => {
  it('is the strongest method that can run, before any was chosen', () => {
    expect(ids(chooseMethods(methods, null))).toEqual(['winclip']);
  });

  it('is what was chosen, in the catalogue’s order and without what cannot run', () => {
    expect(ids(chooseMethods(methods, ['faprompt', 'clip', 'baseline']))).toEqual(['baseline', 'clip']);
    expect(chooseMethods(methods, [])).toEqual([]);
  });

  it('hands each method only the settings it reads, and the prompts that were picked for it', () => {
    const prompts = (id: number) => ({ id, methodId: 'anomalyclip', textWidth: 768 }) as PromptSet;
    const plan = {
      methods: able('winclip', 'anomalyclip'),
      model: null,
      promptSets: [prompts(1), prompts(2)],
      choice: {
        ...nothingChosen,
        promptSetIds: { anomalyclip: 2 },
        settings: { shots: 4, objectName: 'nut', dpam: 'qq' as const },
      },
    };
    expect(runWishes(plan)).toEqual([
      { methodId: 'winclip', promptSetId: null, settings: { shots: 4, objectName: 'nut' } },
      { methodId: 'anomalyclip', promptSetId: 2, settings: { dpam: 'qq' } },
    ]);
    expect(runWishes({ ...plan, choice: nothingChosen })?.[1]?.promptSetId).toBe(1);
  });

  it('hands an edited text to its method alone, and is nothing while one cannot be used', () => {
    const plan = { methods: able('clip', 'winclip'), model: null, promptSets: [] };
    const wishes = runWishes({ ...plan, choice: { ...nothingChosen, drafts: { winclip: draft } } });
    expect(wishes?.map(({ settings }) => settings)).toEqual([{}, { promptText: text }]);
    const wrong = { ...draft, abnormal: '' };
    expect(runWishes({ ...plan, choice: { ...nothingChosen, drafts: { winclip: wrong } } })).toBeNull();
  });
});

describe('a run again with changes', () => {
  const run = {
    ...{
      id: 3,
      methodId: 'winclip',
      modelId: 'vit',
      modelSha256: 'a',
      promptSetId: null,
      state: 'succeeded',
    },
    ...{ className: 'felt', imageCount: 12, scoredCount: 9, failedCount: 1 },
    settings: { promptText: text, objectNames: { felt: 'felt' }, shots: 2 },
  } as unknown as Run;
  const model = { id: 'vit', sha256: 'a' } as Model;

  it('begins with what the run was made with', () => {
    const choice = choiceOf(run);
    expect(choice).toEqual({
      modelId: 'vit',
      promptSetIds: {},
      drafts: { winclip: draft },
      settings: { objectNames: { felt: 'felt' }, shots: 2 },
      className: 'felt',
    });
    expect(draftFor('winclip', choice)).toEqual(draft);
    expect(draftFor('clip', choice)).toEqual(draftOf(ownPromptText('clip')));
    const [wish] = runWishes({ methods: able('winclip'), model, promptSets: [], choice }) ?? [];
    expect(isSameRun(run, wish!, model, 'felt')).toBe(true);
    expect(isSameRun(run, wish!, model, null)).toBe(false);
    expect(isSameRun(run, wish!, { ...model, sha256: 'b' }, 'felt')).toBe(false);
    expect(isSameRun(run, { ...wish!, settings: { ...wish!.settings, shots: 4 } }, model, 'felt')).toBe(
      false,
    );
  });

  it('knows images that came after it, once it is finished', () => {
    expect(countNewImages(run)).toBe(2);
    expect(countNewImages({ ...run, state: 'paused' })).toBe(0);
  });

  it('is told in one line with its name, its words and its class', () => {
    const names = { models: [], promptSets: [] };
    expect(runTitle({ ...run, name: 'Night shift' }, names)).toMatch(
      /^Night shift · WinCLIP with 2 references · vit · own prompts [0-9a-f]{4} · 1 object name · class felt$/,
    );
    const saved = { ...run, settings: { promptText: { ...text, name: 'Felts' } } };
    expect(runTitle(saved, names)).toBe('WinCLIP · vit · «Felts» · class felt');
    expect([runBadge(run), runBadge({ state: 'paused' })]).toEqual([null, 'paused']);
  });
});

describe('a prompt text while it is typed', () => {
  it('is a phrase a line, without empty lines and spaces round them', () => {
    expect(parseDraft({ ...draft, normal: '  flawless {} \n\n{}\n' }).text?.normal).toEqual([
      'flawless {}',
      '{}',
    ]);
    expect(parseDraft({ ...draft, name: 'Felts' }).text?.name).toBe('Felts');
  });

  it.each<[Partial<PromptDraft>, string, RegExp]>([
    [{ normal: '\n ' }, 'normal', /at least one phrase/],
    [{ templates: '' }, 'templates', /at least one template/],
    [{ abnormal: 'bent {}\nbent' }, 'abnormal', /^Line 2: write \{\} where the object/],
    [{ templates: 'a photo' }, 'templates', /^Line 1: write \{\} where the phrase/],
    [{ normal: `{} ${'x'.repeat(300)}` }, 'normal', /^Line 1 is longer than 300 letters/],
    [{ normal: '{}\n'.repeat(65) }, 'normal', /^65 lines; 64 are the most/],
    [
      { normal: '{}\n'.repeat(60), templates: '{}.\n'.repeat(20) },
      'templates',
      /make 1,200 sentences; 1,000 are/,
    ],
  ])('says what is wrong and where: %o', (change, part, message) => {
    const { text: parsed, problem } = parseDraft({ ...draft, ...change });
    expect(parsed).toBeNull();
    expect(problem?.part).toBe(part);
    expect(problem?.message).toMatch(message);
  });
});

describe('references', () => {
  it('need a good image in each class, and say which class has none', () => {
    expect(whyNoReferences({ classes: [counts('nut', 1)] })).toBeNull();
    expect(whyNoReferences({ classes: [counts('nut', 1), counts('bolt', 0)] })).toContain('«bolt» has none');
    const many = ['a', 'b', 'c', 'd', 'e'].map((name) => counts(name, 0));
    expect(whyNoReferences({ classes: many })).toContain('«a», «b», «c» and 2 more have none');
  });

  it('and the images of one class are counted', () => {
    const dataset = { imageCount: 9, classes: [counts('nut', 1), counts('bolt', 2)] } as unknown as Dataset;
    expect([imagesIn(dataset, null), imagesIn(dataset, 'bolt'), imagesIn(dataset, 'gear')]).toEqual([
      9, 5, 0,
    ]);
  });
});
