import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { importPrompts } from '../../../src-main/compute/clip/import-prompts.ts';
import { writeSafetensors } from '../../../src-main/compute/checkpoints/write-safetensors.ts';
import {
  expectRefusal,
  fixtureValues,
  fixturesFolder,
  readStored,
  useScratchFolder,
} from '../../support/checkpoint-scratch.ts';

const scratch = useScratchFolder();
let written = 0;

async function promptsOf(shapes: Readonly<Record<string, readonly number[]>>, value = 0.5): Promise<string> {
  const file = scratch.path(`${written++}.safetensors`);
  await writeSafetensors({
    file,
    tensors: Object.entries(shapes).map(([name, shape]) => ({
      name,
      shape,
      chunks: () => [new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value)],
    })),
  });
  return file;
}

const right = { ctx_pos: [1, 1, 12, 64], ctx_neg: [1, 1, 12, 64], 'compound_prompts_text.0': [4, 64] };

const faPrompt = {
  ctx_neg: [1, 10, 2, 64],
  'patch_meta_net.linear1.weight': [5, 640],
  'patch_meta_net.linear1.bias': [5],
  'patch_meta_net.linear2.weight': [64, 5],
  'patch_meta_net.linear2.bias': [64],
};

describe('importing prompts', () => {
  it('keeps of a released AnomalyCLIP checkpoint what the method uses', async () => {
    const targetFile = scratch.path('released.safetensors');
    const imported = await importPrompts({ path: `${fixturesFolder}/anomalyclip-prompts.pth`, targetFile });
    expect(imported).toMatchObject({
      methodId: 'anomalyclip',
      textWidth: 8,
      contextLength: 3,
      deepBlocks: 2,
      deepLength: 2,
    });
    const stored = await readStored(targetFile);
    const names = ['compound_prompts_text.0', 'compound_prompts_text.1', 'ctx_neg', 'ctx_pos'];
    expect([...stored.keys()].sort()).toEqual(names);
    for (const [name, { values }] of stored) expect(values).toEqual(fixtureValues(name, values.length));
    expect(stored.get('ctx_pos')?.shape).toEqual([1, 1, 3, 8]);
  });

  it('asks for learned prompts where a file is something else', async () => {
    const path = await scratch.write('notes.txt', Buffer.from('no tensors here, only some words'));
    const refused = importPrompts({ path, targetFile: scratch.path('never.safetensors') });
    await expectRefusal(refused, 'unsupported', /file of learned prompts\.$/);
  });

  it('reads what it wrote, to the same file', async () => {
    const once = scratch.path('once.safetensors');
    const first = await importPrompts({
      path: `${fixturesFolder}/anomalyclip-prompts.pth`,
      targetFile: once,
    });
    const again = await importPrompts({ path: once, targetFile: scratch.path('again.safetensors') });
    expect(again).toEqual(first);
  });

  it('accepts prompts without deep tokens', async () => {
    const path = await promptsOf({ ctx_pos: [1, 1, 12, 64], ctx_neg: [1, 1, 12, 64] });
    const imported = await importPrompts({ path, targetFile: scratch.path('shallow.safetensors') });
    expect(imported).toMatchObject({ deepBlocks: 0, deepLength: 0, contextLength: 12 });
  });

  it('recognises FAPrompt by its prior network and keeps what the method uses', async () => {
    const targetFile = scratch.path('faprompt.safetensors');
    const path = `${fixturesFolder}/faprompt-prompts.pth`;
    const imported = await importPrompts({ path, targetFile });
    expect(imported).toMatchObject({
      methodId: 'faprompt',
      textWidth: 8,
      contextLength: 3,
      deepBlocks: 2,
      deepLength: 2,
    });
    const stored = await readStored(targetFile);
    expect([...stored.keys()].sort()).toEqual([
      'compound_prompts_text.0',
      'compound_prompts_text.1',
      'ctx_neg',
      'ctx_pos',
      ...['linear1.bias', 'linear1.weight', 'linear2.bias', 'linear2.weight'].map(
        (name) => `patch_meta_net.${name}`,
      ),
    ]);
    for (const [name, { values }] of stored) expect(values).toEqual(fixtureValues(name, values.length));
    expect(stored.get('ctx_neg')?.shape).toEqual([1, 10, 2, 8]);
    const again = await importPrompts({ path: targetFile, targetFile: scratch.path('again.safetensors') });
    expect(again).toEqual(imported);
  });

  it.each([
    ['without its prior network', { ctx_neg: [1, 10, 2, 64] }, /10 abnormality prompts.*prior network/],
    ['with half a network', { ...faPrompt, 'patch_meta_net.linear2.bias': null }, /linear2\.bias is missing/],
    [
      'with other prior widths',
      { ...faPrompt, 'patch_meta_net.linear2.weight': [32, 5] },
      /linear2\.weight has/,
    ],
    ['with a flat matrix', { ...faPrompt, 'patch_meta_net.linear1.weight': [640] }, /linear1\.weight has/],
    ['with other widths', { ...faPrompt, ctx_neg: [1, 10, 2, 32] }, /ctx_neg has the shape/],
    ['longer than the context', { ...faPrompt, ctx_neg: [1, 10, 70, 64] }, /ctx_neg has the shape/],
    ['with a gap in the blocks', { ...faPrompt, 'compound_prompts_text.3': [4, 64] }, /without gaps/],
  ] as const)('refuses prompts of FAPrompt %s', async (_what, changed, words) => {
    const shapes = { ...right, ...changed } as Record<string, readonly number[] | null>;
    const kept = Object.entries(shapes).flatMap(([name, shape]) =>
      shape ? [[name, [...shape]] as const] : [],
    );
    const path = await promptsOf(Object.fromEntries(kept));
    const targetFile = scratch.path('refused.safetensors');
    await expectRefusal(importPrompts({ path, targetFile }), 'corrupt-file', words);
  });

  it.each([
    ['without ctx_neg', { ctx_pos: [1, 1, 12, 64] }, 'corrupt-file', /ctx_neg is missing/],
    ['of different lengths', { ...right, ctx_neg: [1, 1, 11, 64] }, 'corrupt-file', /ctx_neg has the shape/],
    ['of different widths', { ...right, ctx_neg: [1, 1, 12, 32] }, 'corrupt-file', /ctx_neg has the shape/],
    ['of rank 2', { ctx_pos: [12, 64], ctx_neg: [12, 64] }, 'corrupt-file', /ctx_pos has the shape/],
    [
      'for several objects',
      { ctx_pos: [2, 1, 12, 64], ctx_neg: [2, 1, 12, 64] },
      'corrupt-file',
      /has the shape/,
    ],
    [
      'longer than the context',
      { ctx_pos: [1, 1, 78, 64], ctx_neg: [1, 1, 78, 64] },
      'corrupt-file',
      /at most 77/,
    ],
    [
      'with a gap in the blocks',
      { ...right, 'compound_prompts_text.2': [4, 64] },
      'corrupt-file',
      /without gaps/,
    ],
    [
      'with other deep widths',
      { ...right, 'compound_prompts_text.1': [4, 32] },
      'corrupt-file',
      /text\.1 has the shape/,
    ],
    [
      'with other deep lengths',
      { ...right, 'compound_prompts_text.1': [3, 64] },
      'corrupt-file',
      /text\.1 has the shape/,
    ],
    ['of a model', { 'visual.conv1.weight': [8, 3, 2, 2] }, 'unsupported', /Import it as a model/],
    ['of anything else', { weight: [3] }, 'unsupported', /no prompts of AnomalyCLIP or FAPrompt/],
  ] as const)('refuses prompts %s and leaves nothing', async (_what, shapes, code, words) => {
    const path = await promptsOf(shapes as unknown as Record<string, number[]>);
    const before = await readdir(scratch.path());
    await expectRefusal(
      importPrompts({ path, targetFile: scratch.path('refused.safetensors') }),
      code,
      words,
    );
    expect(await readdir(scratch.path())).toEqual(before);
  });

  it('refuses prompts with values that are no numbers', async () => {
    const path = await promptsOf(right, NaN);
    const targetFile = scratch.path('nan.safetensors');
    await expectRefusal(importPrompts({ path, targetFile }), 'corrupt-file', /ctx_pos.*not finite/);
  });
});
