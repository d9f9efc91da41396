import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readImagenetTemplates } from '../../../src-main/compute/methods/clip-ac.ts';
import { compositionalPrompts } from '../../../src-main/compute/methods/compositional-prompts.ts';
import { objectWords, writtenPrompts } from '../../../src-shared/domain/hand-written-prompts.ts';

describe('hand-written prompts', () => {
  it('read a class name as words, and the user’s own words instead of it', () => {
    expect(objectWords('metal_nut', {})).toBe('metal nut');
    expect(objectWords('metal_nut', { objectName: 'M8 nut' })).toBe('M8 nut');
  });

  it('are as many templates as the methods use', async () => {
    const templates = await readImagenetTemplates(join(import.meta.dirname, '../../../assets'));
    expect(writtenPrompts('clip-ac', 'nut')?.templateCount).toBe(templates.length);
    const shown = writtenPrompts('winclip', 'nut')!;
    const used = compositionalPrompts('nut');
    expect(used.normal).toHaveLength(shown.normal.length * shown.templateCount);
    expect(used.abnormal).toHaveLength(shown.abnormal.length * shown.templateCount);
  });

  it('are none of a method that learned its own', () => {
    expect(writtenPrompts('anomalyclip', 'nut')).toBeNull();
    expect(writtenPrompts('baseline', 'nut')).toBeNull();
  });
});
