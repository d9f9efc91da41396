import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { epochBatches, learningRateOf } from '../../../src-main/core/training/epoch-order.ts';
import { importSet, openWorld } from './support/training-world.ts';

describe('the order of an epoch', () => {
  it('holds every image once, and depends on seed and epoch alone', () => {
    const batches = epochBatches(10, 4, 111, 1);
    expect(batches.map((batch) => batch.length)).toEqual([4, 4, 2]);
    expect(batches.flat().sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(epochBatches(10, 4, 111, 1)).toEqual(batches);
    expect(epochBatches(10, 4, 111, 2)).not.toEqual(batches);
    expect(epochBatches(10, 4, 112, 1)).not.toEqual(batches);
  });

  it('puts every image everywhere over many epochs', () => {
    const sums = Array.from({ length: 5 }, () => 0);
    for (let epoch = 1; epoch <= 2000; epoch++)
      for (const [place, image] of epochBatches(5, 5, 7, epoch).flat().entries())
        sums[image] = (sums[image] ?? 0) + place;
    for (const sum of sums) expect(sum / 2000).toBeCloseTo(2, 0);
  });

  it('has a learning rate that falls from the whole to almost nothing where it is to', () => {
    const settings = { learningRate: 0.002, epochs: 10 } as const;
    expect(learningRateOf({ ...settings, schedule: 'constant' }, 10)).toBe(0.002);
    expect(learningRateOf({ ...settings, schedule: 'cosine' }, 1)).toBe(0.002);
    expect(learningRateOf({ ...settings, schedule: 'cosine' }, 6)).toBeCloseTo(0.001, 12);
    expect(learningRateOf({ ...settings, schedule: 'cosine' }, 10)).toBeLessThan(0.0001);
  });
});

describe('a plan', () => {
  it('counts what is learned from, with the defaults of the method on the model', async () => {
    const { core, order } = await openWorld();
    const plan = await core.call('trainings.plan', { ...order, settings: {} });
    expect(plan).toMatchObject({
      ...{ imageCount: 6, anomalousCount: 3, withoutMask: 0, stepsPerEpoch: 1, estimate: null },
      settings: { imageSizePx: 518, epochs: 15, batchSize: 8, learningRate: 0.001, layers: [6, 12, 18, 24] },
      warnings: [{ code: 'few-images' }],
    });
    expect(plan.settings).toMatchObject({ deepBlocks: 8, deepLength: 4, dpamBlocks: 19, localWeight: 4 });
    expect(plan.featureBytes).toBe(6 * 2 * 768 * (1 + 4 * 37 * 37));
    const one = await core.call('trainings.plan', { ...order, classNames: ['cable'] });
    expect(one).toMatchObject({ imageCount: 2, anomalousCount: 1 });
  });

  it('leaves anomalous images without a mask out of pixel losses, and says so', async () => {
    const { core, order } = await openWorld({}, { 'cable/test/cut/54.png': 'picture' });
    const plan = await core.call('trainings.plan', order);
    expect(plan).toMatchObject({ imageCount: 6, withoutMask: 1 });
    expect(plan.warnings).toContainEqual({
      code: 'without-mask',
      message: expect.stringContaining('1 anomalous image has no mask and is left out') as string,
    });
    const imagesOnly = await core.call('trainings.plan', { ...order, methodId: 'coop' });
    expect(imagesOnly).toMatchObject({ imageCount: 7, anomalousCount: 4 });
  });

  it('warns where the validation set is learned from, by class and by content', async () => {
    const world = await openWorld();
    const { core, order, root } = world;
    const validation = { datasetId: order.datasetId, classNames: null };
    const same = await core.call('trainings.plan', { ...order, validation });
    expect(same.warnings.map(({ code }) => code)).toContain('same-set');
    const apart = { classNames: ['bottle'], validation: { ...validation, classNames: ['cable'] } };
    const held = await core.call('trainings.plan', { ...order, ...apart });
    expect(held.warnings.map(({ code }) => code)).toEqual(['few-images']);

    const other = await importSet(world, {});
    const copied = 'cable/test/good/99.png';
    await writeFile(join(other.root, copied), await readFile(join(root, 'bottle/test/crack/51.png')));
    await writeFile(join(root, 'bottle/test/good/97.png'), await readFile(join(other.root, copied)));
    const { job } = await core.call('datasets.import', { path: other.root, layout: 'mvtec' });
    await world.jobEnd(job.id);
    const overlap = await core.call('trainings.plan', {
      ...order,
      validation: { datasetId: other.datasetId, classNames: ['cable'] },
    });
    const told = overlap.warnings.find(({ code }) => code === 'overlap')?.message;
    // Pictures of one name have one content here, so the other set's cables are all in the first too.
    expect(told).toContain('3 validation images have the same content');
  });

  it('says where there is one label only, and refuses what the model cannot have', async () => {
    const { core, order } = await openWorld(
      {},
      { 'shoe/test/good/1.png': 'picture', 'sock/test/hole/60.png': 'picture' },
    );
    const nothing = await core.call('trainings.plan', { ...order, classNames: ['sock'] });
    expect(nothing).toMatchObject({ imageCount: 0, warnings: [{ code: 'without-mask' }] });
    expect(nothing.warnings).toHaveLength(1);
    const oneLabel = await core.call('trainings.plan', { ...order, classNames: ['shoe'] });
    expect(oneLabel).toMatchObject({ imageCount: 1, anomalousCount: 0 });
    expect(oneLabel.warnings.map(({ code }) => code)).toEqual(['one-label', 'few-images']);
    const refused = (settings: object) => core.call('trainings.plan', { ...order, settings });
    await expect(refused({ layers: [25] })).rejects.toThrow('has 24 blocks; there is no layer 25');
    await expect(refused({ imageSizePx: 100 })).rejects.toThrow('not a multiple of the patch');
    await expect(refused({ deepBlocks: 12 })).rejects.toThrow('at most 11');
    await expect(refused({ globalLoss: false, localLoss: false })).rejects.toThrow('nothing to learn by');
    await expect(core.call('trainings.plan', { ...order, classNames: ['hat'] })).rejects.toThrow(
      'has no class «hat»',
    );
  });
});
