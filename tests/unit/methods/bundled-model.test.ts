import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { importModel } from '../../../src-main/compute/clip/import-model.ts';

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
