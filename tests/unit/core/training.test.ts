import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assetPaths } from '../../../src-shared/contract/asset-paths.ts';
import type { MethodParams } from '../../../src-shared/contract/methods.ts';
import { decodePatchMap } from '../../../src-shared/maps/patch-map-codec.ts';
import { epochBatches, learningRateOf } from '../../../src-main/core/training/epoch-order.ts';
import { runSettingsOf } from '../../../src-shared/domain/training.ts';
import { trainedSettings } from '../../../src-main/core/scans/run-inputs.ts';
import { readFakeParameters } from './support/fake-training.ts';
import {
  eventually,
  openTestCore,
  temporaryFolder,
  writeTree,
  type TestCore,
  type TestCoreOptions,
} from './support/harness.ts';

const goodFiles = ['bottle/test/good/01.png', 'bottle/test/good/02.png', 'cable/test/good/03.png'];
const anomalousFiles = ['bottle/test/crack/51.png', 'bottle/test/crack/52.png', 'cable/test/cut/53.png'];

function maskOf(path: string): string {
  return path.replace('/test/', '/ground_truth/').replace('.png', '_mask.png');
}

/** A small MVTec-like set: two classes, three good and three anomalous images with masks. */
async function importSet(test: TestCore, more: Readonly<Record<string, 'picture'>> = {}) {
  const root = await temporaryFolder();
  const names = [...goodFiles, ...anomalousFiles, ...anomalousFiles.map(maskOf)];
  await writeTree(root, { ...Object.fromEntries(names.map((name) => [name, 'picture' as const])), ...more });
  const { dataset, job } = await test.core.call('datasets.import', { path: root, layout: 'mvtec' });
  await test.jobEnd(job.id);
  return { root, datasetId: dataset.id };
}

async function importModel({ core, jobEnd }: TestCore): Promise<string> {
  const { modelId, job } = await core.call('models.import', { path: '/models/vit-l.safetensors' });
  await jobEnd(job.id);
  return modelId;
}

interface World extends TestCore {
  readonly dataFolder: string;
  readonly root: string;
  readonly order: MethodParams<'trainings.start'>;
}

async function openWorld(
  options: TestCoreOptions = {},
  more: Record<string, 'picture'> = {},
): Promise<World> {
  const dataFolder = options.dataFolder ?? (await temporaryFolder());
  const test = await openTestCore({ ...options, dataFolder });
  const { root, datasetId } = await importSet(test, more);
  const modelId = await importModel(test);
  const settings = { epochs: 3, batchSize: 4, imageSizePx: 56 };
  return { ...test, dataFolder, root, order: { methodId: 'anomalyclip', modelId, datasetId, settings } };
}

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
