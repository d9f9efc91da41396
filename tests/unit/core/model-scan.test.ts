import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createForkLauncher } from '../../../src-main/core/compute-client/fork-launcher.ts';
import { writeSafetensors } from '../../../src-main/compute/checkpoints/write-safetensors.ts';
import { decodePatchMap } from '../../../src-shared/maps/patch-map-codec.ts';
import { tinyClipConfig, writeMadeUpCheckpoint } from '../../support/made-up-checkpoints.ts';
import {
  assetsFolder,
  importPictures,
  openTestCore,
  projectRoot,
  temporaryFolder,
} from './support/harness.ts';

/** Prompts in the released form for the tiny model: E = 12, one block with 4 deep tokens. */
async function writePrompts(width: number): Promise<string> {
  const file = join(await temporaryFolder(), 'epoch_15.safetensors');
  const shapes = {
    ctx_pos: [1, 1, 12, width],
    ctx_neg: [1, 1, 12, width],
    'compound_prompts_text.0': [4, width],
  };
  await writeSafetensors({
    file,
    tensors: Object.entries(shapes).map(([name, shape], index) => ({
      name,
      shape,
      chunks: () => [new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.02 * (index + 1))],
    })),
  });
  return file;
}

describe('the whole way from a checkpoint to maps, through the real compute process', () => {
  it('imports a made-up OpenAI checkpoint and prompts, and scores with every CLIP method', async () => {
    const { core, jobEnd, ...test } = await openTestCore({
      computeLauncher: createForkLauncher({
        entryPath: join(projectRoot, 'src-main/compute/child.ts'),
        assetsFolder,
      }),
    });
    const { datasetId } = await importPictures({ core, jobEnd, ...test }, ['a-1.png', 'b-2.jpg']);
    const path = await writeMadeUpCheckpoint(await temporaryFolder(), 'openai-state-dict', {
      config: tinyClipConfig,
    });
    const imported = await core.call('models.import', { path, name: 'Tiny' });
    expect(await jobEnd(imported.job.id)).toMatchObject({ state: 'succeeded', error: null });
    const { modelId } = imported;
    expect((await core.call('models.list', {})).models).toMatchObject([
      { id: modelId, config: tinyClipConfig },
    ]);
    const prompts = await core.call('prompts.import', {
      path: await writePrompts(tinyClipConfig.text.width),
    });
    const { methods } = await core.call('methods.list', { modelId });
    const unavailable = methods.filter((method) => method.unavailable !== null);
    // Those without prompts.
    expect(unavailable.map(({ id }) => id)).toEqual(['faprompt', 'coop']);

    // 5×5 patches of 4 px, another grid than the 3×3 the model was made for; the tiny model has 4 blocks.
    const settings = { imageSizePx: 20, layers: [3, 4] };
    const wishes = (['clip', 'clip-ac', 'winclip', 'anomalyclip'] as const).map((methodId) => ({
      methodId,
      promptSetId: methodId === 'anomalyclip' ? prompts.id : null,
      settings,
    }));
    const scoresOf = async (runId: number) => {
      const { scores, imageIds } = await core.call('runs.scores', { runId });
      expect(scores).toHaveLength(2);
      for (const score of scores) expect(score > 0 && score < 1).toBe(true);
      const asset = await core.asset(`/assets/map/${runId}/${imageIds[0]}`);
      const map = decodePatchMap(asset.bytes!);
      expect([map.rows, map.columns]).toEqual([5, 5]);
      expect(map.data.every((value) => value >= 0 && value <= 2)).toBe(true);
      expect((await core.call('runs.get', { runId })).rendering.sizePx).toBe(20);
      return { scores, map: [...map.data] };
    };
    const together = await core.call('runs.createMany', { datasetId, modelId, runs: wishes });
    expect(await jobEnd(together.job.id)).toMatchObject({ state: 'succeeded', error: null });
    for (const [index, wish] of wishes.entries()) {
      // Sharing the pass changes nothing in what a method says.
      const alone = await core.call('runs.create', { datasetId, modelId, ...wish });
      expect(await jobEnd(alone.job.id), wish.methodId).toMatchObject({ state: 'succeeded', error: null });
      const [one, shared] = [await scoresOf(alone.run.id), await scoresOf(together.runs[index]!.id)];
      // Up to the order of sums in a graph with other outputs, and a step of half precision in the map.
      for (const [k, score] of one.scores.entries()) expect(shared.scores[k]).toBeCloseTo(score, 6);
      for (const [k, value] of one.map.entries()) expect(shared.map[k]).toBeCloseTo(value, 2);
    }
  });
});
