import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { importModel } from '../../../src-main/compute/clip/import-model.ts';
import { importPrompts } from '../../../src-main/compute/clip/import-prompts.ts';
import { starterPromptsNote } from '../../../src-shared/domain/model.ts';

// Only what the product needs of the model that it brings; how good that is stands in its card.
const folder = resolve(import.meta.dirname, '../../../models/starter');
const isThere = existsSync(join(folder, 'model.safetensors'));
if (!isThere) console.warn('models/starter holds no model yet: THE BUNDLED MODEL IS NOT TESTED.');

it.skipIf(!isThere)(
  'the bundled model is small, leaves nothing open and says how it wants to be read',
  async () => {
    expect(statSync(join(folder, 'model.safetensors')).size).toBeLessThan(30e6);
    const scratch = mkdtempSync(join(tmpdir(), 'bundled-'));
    try {
      const targetFolder = join(scratch, 'stored');
      const { config, warnings } = await importModel({ path: folder, answers: {}, targetFolder });
      expect(warnings).toEqual([]);
      expect(config.vision.stem?.kind).toBe('convolutional');
      expect(config.vision.preferredImageSizePx! % config.vision.patchSize).toBe(0);
      expect(config.vision.dpamBlocks).toBeGreaterThan(0);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  },
  60_000,
);

it.skipIf(!isThere)(
  'the prompts that come with the bundled model were learned with just that model, from what is said of them',
  async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'bundled-'));
    try {
      const model = await importModel({ path: folder, answers: {}, targetFolder: join(scratch, 'model') });
      const files = readdirSync(join(folder, 'prompts')).filter((name) => name.endsWith('.safetensors'));
      expect(files).toEqual(expect.arrayContaining(['anomalyclip.safetensors', 'faprompt.safetensors']));
      for (const name of files) {
        const path = join(folder, 'prompts', name);
        const prompts = await importPrompts({ path, targetFile: join(scratch, name) });
        expect(`${prompts.methodId}.safetensors`).toBe(name);
        expect(prompts.textWidth).toBe(model.config.text.width);
        // Other weights: learn them anew.
        expect(prompts.provenance?.modelSha256).toBe(model.sha256);
        // The licence stands in the note: other data, another note.
        expect(starterPromptsNote).toContain('nine classes of paper impurities');
        expect(prompts.provenance?.datasetName).toBe('paper-impurities');
        expect(prompts.provenance?.classNames).toHaveLength(9);
        expect(statSync(path).size).toBeLessThan(4e6);
      }
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  },
  60_000,
);
