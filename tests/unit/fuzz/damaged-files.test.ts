import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importPrompts } from '../../../src-main/compute/clip/import-prompts.ts';
import { inspectModel } from '../../../src-main/compute/clip/inspect-model.ts';
import { decodeImage } from '../../../src-main/images/decode-image.ts';
import { formats, makeCase } from '../../fuzz/cases.ts';
import { mulberry32 } from '../../../src-main/compute/conformance/formula-tensor.ts';
import { mutateJson, mutateTable } from '../../fuzz/mutate.ts';
import { runFuzz } from '../../fuzz/run-fuzz.ts';
import { makeSeeds } from '../../fuzz/seeds.ts';
import { openTestCore, temporaryFolder, writeTree } from '../core/support/harness.ts';

// A seeded share of what `npm run fuzz` does with 20,000 files.

describe('damaged files of every foreign format', () => {
  test('are read or refused in plain words: no crash, no hang, no internal error, nothing written outside', async () => {
    const report = await runFuzz({ count: 297, seed: 20_261_122 });
    expect(report.findings).toEqual([]);
    expect(report.touchedOutside).toEqual([]);
    for (const format of formats) {
      const { accepted = 0, refused = 0 } = report.byFormat[format] ?? {};
      expect(accepted + refused, format).toBe(27);
    }
    expect(report.codes['corrupt-file']).toBeGreaterThan(50);
  }, 120_000);

  test('are made from sound ones: what is refused of them is refused for what was damaged', async () => {
    const folder = await temporaryFolder();
    const seeds = await makeSeeds(folder);
    const images = [seeds.png, seeds.jpeg, seeds.tiff, seeds.bmp, seeds.webp].flat();
    for (const [i, { bytes }] of images.entries()) {
      await writeFile(join(folder, `${i}`), bytes);
      await decodeImage(join(folder, `${i}`));
    }
    for (const { bytes, fileName, weights, weightsName } of seeds.config) {
      const model = await mkdtemp(join(folder, 'model-'));
      await writeFile(join(model, fileName), bytes);
      await writeFile(join(model, weightsName), weights);
      expect((await inspectModel({ path: model, answers: {} })).questions).toEqual([]);
    }
    for (const { bytes, name } of seeds.prompts) {
      const path = join(folder, name);
      await writeFile(path, bytes);
      await importPrompts({ path, targetFile: `${path}.safetensors` });
    }
    const { core, jobEnd } = await openTestCore();
    for (const { name, layout, files, table, text } of [...seeds.json, ...seeds.table]) {
      const root = join(folder, name);
      await writeTree(root, { ...files, [table]: text });
      const { dataset, job } = await core.call('datasets.import', { path: root, layout });
      expect(await jobEnd(job.id), name).toMatchObject({ state: 'succeeded' });
      expect((await core.call('datasets.get', { datasetId: dataset.id })).imageCount, name).toBeGreaterThan(
        1,
      );
    }
  });

  test.each(['internal', 'escaped', 'crash', 'hang'] as const)(
    'would be noticed to cause what is planted: %s',
    async (plant) => {
      const planted = { formats: ['bmp'], seed: 1, plant, hangMs: 1500 } as const;
      // The first sound enough to be read to its end.
      const report = await runFuzz({ count: plant === 'hang' ? 3 : 12, ...planted });
      expect(report.findings.map(({ outcome }) => outcome)).toContain(plant);
      expect(report.touchedOutside).toEqual([]);
    },
  );

  test('are made the same from the same seed, in any order', async () => {
    const seeds = await makeSeeds(await temporaryFolder());
    for (const index of [0, 7, 21, 32, 108, 119]) {
      const [once, again] = [makeCase(seeds, 5, index), makeCase(seeds, 5, index)];
      expect(once.bytes.equals(again.bytes)).toBe(true);
      expect(once.bytes.equals(makeCase(seeds, 6, index).bytes)).toBe(false);
    }
    expect(mutateJson('{"a":[1,2]}', mulberry32(3))).toEqual(mutateJson('{"a":[1,2]}', mulberry32(3)));
    expect(mutateTable('a,b\n1,2\n', mulberry32(3))).toEqual(mutateTable('a,b\n1,2\n', mulberry32(3)));
  });
});
