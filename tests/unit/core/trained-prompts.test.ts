import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { trainedSettings } from '../../../src-main/core/scans/run-inputs.ts';
import { runSettingsOf } from '../../../src-shared/domain/training.ts';
import { importSet, openWorld } from './support/training-world.ts';

describe('a training', () => {
  it('says of a run with its prompts which classes they were learned from, whatever the set is called', async () => {
    const world = await openWorld();
    const { core, order } = world;
    const { datasetId, modelId } = order;
    const training = await core.call('trainings.start', { ...order, classNames: ['bottle'] });
    await world.jobEnd(training.jobId);
    const kept = await core.call('trainings.keep', { trainingId: training.id, epoch: 1, name: 'Bottles' });
    const wish = { methodId: 'anomalyclip', promptSetId: kept.id, settings: {} } as const;
    const learnedOf = async (set: number, className: string | null = null) =>
      (await core.call('runs.estimate', { datasetId: set, modelId, className, runs: [wish] })).learnedClasses;
    expect(await learnedOf(datasetId)).toEqual(['bottle']);
    expect(await learnedOf(datasetId, 'cable')).toEqual([]);

    const other = await importSet(world);
    expect(await learnedOf(other.datasetId)).toEqual([]);
    const { name } = await core.call('datasets.get', { datasetId });
    await core.call('datasets.rename', { datasetId, name: 'before' });
    await core.call('datasets.rename', { datasetId: other.datasetId, name });
    expect(await learnedOf(datasetId)).toEqual(['bottle']);
    expect(await learnedOf(other.datasetId)).toEqual([]);

    const { run, job } = await core.call('runs.create', { datasetId, modelId, ...wish });
    await world.jobEnd(job.id);
    const { classes } = await core.call('runs.evaluate', { runId: run.id });
    const said =
      'The prompts of this run were learned from this class: its figures look better than they are.';
    expect(classes.map(({ className, notes }) => [className, notes.includes(said)])).toEqual([
      ['bottle', true],
      ['cable', false],
    ]);
  });

  it('gives a checkpoint as a prompt set with where it comes from, once, and writes it for other programs', async () => {
    const world = await openWorld();
    const { core, order, dataFolder } = world;
    const training = await core.call('trainings.start', order);
    await world.jobEnd(training.jobId);
    const wish = { trainingId: training.id, epoch: 2, name: 'Second epoch' };
    const kept = await core.call('trainings.keep', wish);
    expect(kept).toMatchObject({
      name: 'Second epoch',
      provenance: {
        ...{ epoch: 2, methodId: 'anomalyclip', imageCount: 6, versionHash: training.versionHash },
        settings: training.settings,
      },
    });
    expect(kept.provenance?.losses['total']).toBeGreaterThan(1);
    expect(await core.call('trainings.keep', wish)).toEqual(kept);
    expect((await core.call('prompts.list', {})).promptSets).toEqual([kept]);
    const { checkpoints } = await core.call('trainings.get', { trainingId: training.id });
    expect(checkpoints.map(({ keptAsPromptSetId }) => keptAsPromptSetId)).toEqual([null, kept.id, null]);
    await expect(core.call('trainings.keep', { ...wish, epoch: 4 })).rejects.toThrow(
      'no checkpoint of epoch 4',
    );

    const file = join(dataFolder, 'for-others.pth');
    const target = { promptSetId: kept.id, format: 'torch' as const, file };
    expect(await core.call('prompts.export', target)).toMatchObject({ file });
    await expect(core.call('prompts.export', target)).rejects.toMatchObject({ code: 'already-exists' });
    await expect(core.call('prompts.export', { ...target, file: 'a.pth' })).rejects.toThrow('no full path');
    expect(await world.computeLog()).toContain('write torch with a model');

    // Runs with them see images as they were learned from, on the same weights alone.
    const learnedOn = { imageSizePx: 56, dpam: 'vv', dpamBlocks: 19, layers: [6, 12, 18, 24] };
    expect(trainedSettings({ sha256: training.modelSha256 }, { promptSet: kept })).toEqual(learnedOn);
    expect(trainedSettings({ sha256: 'e'.repeat(64) }, { promptSet: kept })).toEqual({});
    expect(runSettingsOf('anomalyclip', { ...training.settings, dpam: 'off' })).toEqual({
      ...{ imageSizePx: 56, dpamBlocks: 0, layers: [6, 12, 18, 24] },
    });

    await core.call('trainings.remove', { trainingId: training.id });
    expect((await core.call('trainings.list', {})).trainings).toEqual([]);
    expect(existsSync(join(dataFolder, 'trainings', String(training.id)))).toBe(false);
    expect((await core.call('prompts.list', {})).promptSets).toEqual([kept]);
  });
});
