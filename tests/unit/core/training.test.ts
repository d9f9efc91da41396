import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assetPaths } from '../../../src-shared/contract/asset-paths.ts';
import { decodePatchMap } from '../../../src-shared/maps/patch-map-codec.ts';
import { readFakeParameters } from './support/fake-training.ts';
import { eventually, openTestCore, temporaryFolder } from './support/harness.ts';
import { importSet, openWorld, type World } from './support/training-world.ts';

/** What the prompts of an epoch are, without what only tells of the training. */
function learnedAt({ dataFolder }: Pick<World, 'dataFolder'>, trainingId: number, epoch: number) {
  const file = join(dataFolder, 'trainings', String(trainingId), `epoch-000${epoch}.safetensors`);
  const { values, step } = readFakeParameters(file) ?? {};
  return { values, step };
}

/** The prompts and losses of a training that nothing disturbs. */
async function undisturbed() {
  const world = await openWorld();
  const training = await world.core.call('trainings.start', world.order);
  await world.jobEnd(training.jobId);
  const { losses } = await world.core.call('trainings.get', { trainingId: training.id });
  return { learned: learnedAt(world, training.id, 3), losses };
}

describe('a training', () => {
  it('learns, keeps a checkpoint an epoch with its metrics and probe maps, and tells every step', async () => {
    const world = await openWorld();
    const { core, order, events } = world;
    const validation = { datasetId: order.datasetId, classNames: ['bottle'] };
    const training = await core.call('trainings.start', { ...order, validation, name: 'First' });
    expect((await world.jobEnd(training.jobId)).state).toBe('succeeded');
    const got = await core.call('trainings.get', { trainingId: training.id });
    expect(got.training).toMatchObject({
      ...{ name: 'First', state: 'succeeded', epochsDone: 3, stepsPerEpoch: 2, imageCount: 6 },
      rendering: { sizePx: 256, sigmaPx: 4 },
    });
    expect(got.losses.map(({ step, epoch }) => [step, epoch])).toEqual([
      ...[1, 2].map((step) => [step, 1]),
      ...[3, 4].map((step) => [step, 2]),
      ...[5, 6].map((step) => [step, 3]),
    ]);
    expect(got.checkpoints.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    for (const { validation: measured, problem, probes } of got.checkpoints) {
      expect(problem).toBeNull();
      expect(measured?.classes.map(({ className }) => className)).toEqual(['bottle']);
      // The stand-in scores by the number in the name: anomalous ones are higher.
      expect(measured?.mean.image).toEqual({ auroc: 1, ap: 1, f1Max: 1 });
      expect(measured?.mean.pixel.auroc).toBeGreaterThan(0);
      expect(probes.map(({ imageId }) => imageId)).toEqual([...training.probeImageIds].sort((a, b) => a - b));
    }
    expect(got.probes.map(({ className }) => className)).toEqual(['bottle', 'bottle', 'bottle', 'bottle']);
    const [probe] = got.probes;
    const map = await core.asset(assetPaths.probeMap(training.id, 2, probe?.imageId ?? 0));
    expect(map.status).toBe(200);
    expect(decodePatchMap(map.bytes ?? new Uint8Array())).toMatchObject({ rows: 2, columns: 2 });
    expect((await core.asset(assetPaths.probeMap(training.id, 9, 1))).status).toBe(404);
    const told = events.flatMap((event) => (event.event === 'trainings.stepped' ? event.losses : []));
    expect(told).toEqual(got.losses);
    expect(await world.computeLog()).toContain('train anomalyclip 6 images 3 masks from 0');
    // What it took says what the next one will take.
    const plan = await core.call('trainings.plan', order);
    expect(plan.estimate?.epochSeconds).toBeGreaterThan(0);
    expect(plan.estimate?.featureSeconds).toBeCloseTo(0.012, 6);
  });

  it('comes to the same prompts and losses when it is paused in the middle of an epoch', async () => {
    const expected = await undisturbed();
    const world = await openWorld({ computeEnv: { FAKE_TRAINING_DELAY_MS: '150' } });
    const training = await world.core.call('trainings.start', world.order);
    const { jobId } = training;
    // Four of the second epoch's six images.
    let told = (await world.core.call('jobs.get', { jobId })).progress;
    await eventually(async () => {
      told = (await world.core.call('jobs.get', { jobId })).progress;
      return told.done === 10;
    });
    // Reckoned from steps and examinations, and the rate is what that comes to.
    expect(told.secondsLeft).toBeGreaterThan(0);
    expect(told.ratePerSecond).toBeCloseTo(8 / told.secondsLeft!, 9);
    expect((await world.core.call('jobs.pause', { jobId: training.jobId })).state).toBe('paused');
    expect((await world.core.call('trainings.list', {})).trainings[0]?.state).toBe('paused');
    await world.core.call('jobs.resume', { jobId: training.jobId });
    expect((await world.jobEnd(training.jobId)).state).toBe('succeeded');
    expect(learnedAt(world, training.id, 3)).toEqual(expected.learned);
    const { losses } = await world.core.call('trainings.get', { trainingId: training.id });
    expect(losses).toEqual(expected.losses);
  });

  it('comes to the same prompts and losses when the compute process dies in the middle of an epoch', async () => {
    const expected = await undisturbed();
    const world = await openWorld({ computeEnv: { FAKE_TRAINING_CRASH_AT: '4' } });
    const training = await world.core.call('trainings.start', world.order);
    expect((await world.jobEnd(training.jobId)).state).toBe('succeeded');
    expect(learnedAt(world, training.id, 3)).toEqual(expected.learned);
    expect((await world.core.call('trainings.get', { trainingId: training.id })).losses).toEqual(
      expected.losses,
    );
    expect(await world.computeLog()).toContain('train anomalyclip 6 images 3 masks from 2');
  });

  it('is cancelled at once, even inside a step that does not end', async () => {
    const world = await openWorld({}, { 'bottle/test/good/stuck.png': 'picture' });
    const training = await world.core.call('trainings.start', {
      ...world.order,
      settings: { epochs: 2, batchSize: 64, imageSizePx: 56 },
    });
    await world.jobEnd(training.jobId, (job) => job.progress.message.startsWith('Epoch 1'));
    const fromMs = performance.now();
    const job = await world.core.call('jobs.cancel', { jobId: training.jobId });
    expect(performance.now() - fromMs).toBeLessThan(200);
    expect(job.state).toBe('cancelled');
  });

  it('keeps what it has when the disk is full at a checkpoint, and goes on when there is room', async () => {
    const expected = await undisturbed();
    const dataFolder = await temporaryFolder();
    const full = join(dataFolder, 'full');
    await writeFile(full, '');
    const world = await openWorld({ dataFolder, computeEnv: { FAKE_TRAINING_FULL: full } });
    const training = await world.core.call('trainings.start', world.order);
    expect(await world.jobEnd(training.jobId)).toMatchObject({
      state: 'failed',
      error: { code: 'disk-full' },
    });
    expect((await world.core.call('trainings.list', {})).trainings[0]).toMatchObject({ epochsDone: 1 });
    await rm(full);
    await world.core.call('jobs.resume', { jobId: training.jobId });
    expect((await world.jobEnd(training.jobId)).state).toBe('succeeded');
    expect(learnedAt(world, training.id, 3)).toEqual(expected.learned);
  });

  it('learns an epoch again whose file is damaged or gone', async () => {
    const world = await openWorld();
    const training = await world.core.call('trainings.start', world.order);
    await world.jobEnd(training.jobId);
    const expected = learnedAt(world, training.id, 3);
    const folder = join(world.dataFolder, 'trainings', String(training.id));
    await rm(join(folder, 'epoch-0003.safetensors'));
    await writeFile(join(folder, 'epoch-0002.safetensors'), 'damaged');
    await world.core.call('jobs.resume', { jobId: training.jobId });
    expect((await world.jobEnd(training.jobId)).state).toBe('succeeded');
    expect(learnedAt(world, training.id, 3)).toEqual(expected);
    expect(world.logs.filter((line) => line.includes('is learned again'))).toHaveLength(2);
  });

  it('keeps its data set from being removed; ends where that was asked for, and its checkpoints can still be kept', async () => {
    const world = await openWorld({ computeEnv: { FAKE_TRAINING_DELAY_MS: '40' } });
    const { core, order } = world;
    const training = await core.call('trainings.start', order);
    await eventually(async () => (await core.call('trainings.list', {})).trainings[0]?.epochsDone === 1);
    await expect(core.call('datasets.remove', { datasetId: order.datasetId })).rejects.toMatchObject({
      code: 'in-use',
      message: expect.stringContaining(`«${training.name}» is running`) as string,
    });
    await core.call('datasets.remove', { datasetId: order.datasetId, cancelJobs: true });
    expect((await core.call('jobs.get', { jobId: training.jobId })).state).toBe('cancelled');
    await expect(core.call('jobs.resume', { jobId: training.jobId })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('The checkpoints that there are can be kept') as string,
    });
    expect((await core.call('trainings.list', {})).trainings[0]).toMatchObject({ datasetId: null });
    expect(training.probeImageIds.length).toBeGreaterThan(0);
    expect((await core.call('trainings.get', { trainingId: training.id })).probes).toEqual([]);
    const kept = await core.call('trainings.keep', { trainingId: training.id, epoch: 1, name: 'One epoch' });
    expect(kept).toMatchObject({ name: 'One epoch', provenance: { epoch: 1, trainingId: training.id } });
  });

  it('does not go on with other labels than it began with', async () => {
    const world = await openWorld({ computeEnv: { FAKE_TRAINING_DELAY_MS: '40' } });
    const { core, root, order } = world;
    const training = await core.call('trainings.start', order);
    await eventually(async () => (await core.call('trainings.list', {})).trainings[0]?.epochsDone === 1);
    await core.call('jobs.pause', { jobId: training.jobId });
    await rm(join(root, 'bottle/test/good/01.png'));
    const { job } = await core.call('datasets.import', { path: root, layout: 'mvtec' });
    await world.jobEnd(job.id);
    await core.call('jobs.resume', { jobId: training.jobId });
    expect(await world.jobEnd(training.jobId)).toMatchObject({ error: { code: 'incompatible' } });
    expect(order.datasetId).toBeGreaterThan(0);
  });

  it('goes on without metrics where the validation set was removed, and says so', async () => {
    const world = await openWorld({ computeEnv: { FAKE_TRAINING_DELAY_MS: '30' } });
    const { core, order } = world;
    const other = await importSet(world, {});
    const validation = { datasetId: other.datasetId, classNames: null };
    const training = await core.call('trainings.start', { ...order, validation });
    await expect(core.call('datasets.remove', { datasetId: other.datasetId })).rejects.toMatchObject({
      code: 'in-use',
    });
    await core.call('jobs.pause', { jobId: training.jobId });
    await core.call('datasets.remove', { datasetId: other.datasetId });
    await core.call('jobs.resume', { jobId: training.jobId });
    expect((await world.jobEnd(training.jobId)).state).toBe('succeeded');
    const { checkpoints } = await core.call('trainings.get', { trainingId: training.id });
    expect(checkpoints.at(-1)).toMatchObject({
      validation: null,
      problem: 'The validation set was removed: no metrics.',
    });
  });

  it('leaves no file behind when it is removed while it runs', async () => {
    const world = await openWorld({ computeEnv: { FAKE_TRAINING_DELAY_MS: '20' } });
    const { core, order, dataFolder } = world;
    const training = await core.call('trainings.start', order);
    await eventually(async () => (await core.call('trainings.list', {})).trainings[0]?.epochsDone === 1);
    await core.call('trainings.remove', { trainingId: training.id });
    expect((await core.call('jobs.get', { jobId: training.jobId })).state).toBe('cancelled');
    await writeFile(join(dataFolder, 'trainings', 'notes.txt'), 'of the user');
    await core.close();
    await openTestCore({ dataFolder });
    expect(await readdir(join(dataFolder, 'trainings'))).toEqual(['notes.txt']);
  });
});
