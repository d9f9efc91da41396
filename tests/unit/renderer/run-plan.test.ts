import { describe, expect, it } from 'vitest';
import { chooseMethods, runWishes, whyNoReferences } from '../../../src-renderer/state/run-plan.ts';
import { methodMetadata } from '../../../src-shared/domain/method-catalogue.ts';
import type { PromptSet } from '../../../src-shared/domain/model.ts';

const methods = methodMetadata.map((method) => ({
  ...method,
  unavailable: method.needsLearnedPrompts ? 'No prompts.' : null,
}));
const ids = (chosen: readonly { readonly id: string }[]) => chosen.map(({ id }) => id);
const counts = (name: string, good: number) => ({ name, good, anomalous: 3, unlabelled: 0, masks: 0 });

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
      methods: methodMetadata
        .filter(({ id }) => id === 'winclip' || id === 'anomalyclip')
        .map((method) => ({ ...method, unavailable: null })),
      model: null,
      promptSets: [prompts(1), prompts(2)],
      pickedPrompts: { anomalyclip: 2 },
      settings: { shots: 4, objectName: 'nut', dpam: 'qq' as const },
    };
    expect(runWishes(plan)).toEqual([
      { methodId: 'winclip', promptSetId: null, settings: { shots: 4, objectName: 'nut' } },
      { methodId: 'anomalyclip', promptSetId: 2, settings: { dpam: 'qq' } },
    ]);
    expect(runWishes({ ...plan, pickedPrompts: {} })[1]?.promptSetId).toBe(1);
  });
});

describe('references', () => {
  it('need a good image in each class, and say which class has none', () => {
    expect(whyNoReferences({ classes: [counts('nut', 1)] })).toBeNull();
    expect(whyNoReferences({ classes: [counts('nut', 1), counts('bolt', 0)] })).toContain('«bolt» has none');
    const many = ['a', 'b', 'c', 'd', 'e'].map((name) => counts(name, 0));
    expect(whyNoReferences({ classes: many })).toContain('«a», «b», «c» and 2 more have none');
  });
});
