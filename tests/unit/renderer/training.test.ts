import { describe, expect, it } from 'vitest';
import { promptFileName } from '../../../src-renderer/state/model-words.ts';
import { rootsToRefresh } from '../../../src-renderer/state/events.ts';
import { choiceOfPrompts } from '../../../src-renderer/state/run-plan.ts';
import {
  bandPoints,
  bestEpoch,
  checkpointAt,
  hasManyMaps,
  lossCurves,
  metricCurves,
  niceTop,
  probeScale,
  shareBottom,
  trainingMetrics,
} from '../../../src-renderer/state/training-curves.ts';
import { comparedFigures } from '../../../src-renderer/state/compared-epochs.ts';
import { metricNames } from '../../../src-renderer/state/compare-metrics.ts';
import {
  classesLeft,
  foldedSettings,
  labelledIn,
  mainSettings,
  nothingChosenYet,
  orderOf,
  parseSettings,
  settingKinds,
  textOfSetting,
  type TrainingChoice,
} from '../../../src-renderer/state/training-form.ts';
import { dashes } from '../../../src-renderer/views/training/line-chart.tsx';
import { mergeLosses } from '../../../src-renderer/state/training-queries.ts';
import {
  describeMissingProbes,
  describeTrainingCost,
  settingHint,
  settingWords,
} from '../../../src-renderer/state/training-words.ts';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { Model, PromptSet } from '../../../src-shared/domain/model.ts';
import {
  defaultTrainingSettings,
  trainableMethodIdSchema,
  trainingSettingsRead,
  type TrainingCheckpoint,
  type TrainingLoss,
} from '../../../src-shared/domain/training.ts';
import { tinyClipConfig } from '../../support/made-up-checkpoints.ts';

const config = tinyClipConfig;
const model = { id: 'tiny', sha256: 'a'.repeat(64), config } as Model;
const counts = (name: string, good: number, anomalous: number) => ({
  ...{ name, good, anomalous },
  unlabelled: 5,
  masks: anomalous,
});
const dataset = {
  id: 3,
  name: 'Felt',
  classes: [counts('a', 4, 2), counts('b', 3, 0)],
} as unknown as Dataset;

const loss = (step: number, total: number, parts: Record<string, number> = {}): TrainingLoss => ({
  ...{ step, total, parts },
  epoch: 1,
});
const steps = (count: number, valueOf: (step: number) => number) =>
  Array.from({ length: count }, (_, index) => loss(index + 1, valueOf(index + 1)));

const noImage = { auroc: null, ap: null, f1Max: null };
const noPixel = { ...noImage, aupro: null, auproPaper: null };
const checkpoint = (epoch: number, change: Partial<TrainingCheckpoint> = {}): TrainingCheckpoint => ({
  ...{ id: epoch, trainingId: 1, epoch, sha256: 'b'.repeat(64), lossMean: 1, validation: null },
  ...{ problem: null, probes: [], createdAtMs: 0, keptAsPromptSetId: null },
  ...change,
});
const measured = (epoch: number, auroc: number | null) =>
  checkpoint(epoch, {
    validation: { classes: [], mean: { image: { ...noImage, auroc }, pixel: noPixel } },
  });

describe('losses of a training', () => {
  it('grow by new steps', () => {
    expect(mergeLosses([loss(1, 9)], [loss(2, 8), loss(3, 7)]).map(({ step }) => step)).toEqual([1, 2, 3]);
    expect(mergeLosses([], [loss(4, 9)])).toHaveLength(1);
    expect(mergeLosses([loss(1, 9)], [])).toEqual([loss(1, 9)]);
  });

  it('forget what an epoch that is learned again had', () => {
    const again = mergeLosses(
      steps(6, (step) => step),
      [loss(4, 40), loss(5, 50)],
    );
    expect(again.map(({ total }) => total)).toEqual([1, 2, 3, 40, 50]);
  });

  it('of 10,000 steps are 500 points at most that lose no outlier and no mean', () => {
    const losses = steps(10_000, (step) => (step === 5_003 ? 99 : step % 2));
    const points = bandPoints(losses, ({ total }) => total, 500);
    expect(points.length).toBeLessThanOrEqual(500);
    expect(Math.max(...points.map(({ high }) => high))).toBe(99);
    expect(points[0]).toEqual({ x: 10.5, y: 0.5, low: 0, high: 1 });
    expect(points.at(-1)?.x).toBeCloseTo(9_990.5);
  });

  it('of few steps are drawn one by one, and those that are no number left out', () => {
    const losses = [loss(1, 3), loss(2, Number.NaN), loss(3, 1)];
    expect(bandPoints(losses, ({ total }) => total, 500).map(({ x, y }) => [x, y])).toEqual([
      [1, 3],
      [3, 1],
    ]);
  });

  it('add their maps up, or tell each', () => {
    const parts = { image: 1, focal_2: 2, focal_4: 3, mystery: 4 };
    const losses = [loss(1, 10, parts), loss(2, 10, parts)];
    const named = (eachMap: boolean) =>
      lossCurves(losses, 100, eachMap).map(({ name, last }) => [name, last]);
    expect(named(false)).toEqual([
      ['Total', 10],
      ['Images', 1],
      ['Focal', 5],
      ['mystery', 4],
    ]);
    expect(named(true)).toEqual([
      ['Total', 10],
      ['Images', 1],
      ['Focal, layer 2', 2],
      ['Focal, layer 4', 3],
      ['mystery', 4],
    ]);
    expect(hasManyMaps(losses)).toBe(true);
    expect(hasManyMaps([loss(1, 1, { image: 1 })])).toBe(false);
    const adapting = [loss(1, 3, { focal_before: 1, focal_after: 2 })];
    expect(lossCurves(adapting, 100, true).map(({ name }) => name)).toEqual([
      ...['Total', 'Focal, before adapting', 'Focal, after adapting'],
    ]);
    expect(lossCurves([], 100, false)).toEqual([]);
  });
});

describe('checkpoints of a training', () => {
  it('make curves of the metrics that any of them has', () => {
    const curves = metricCurves([measured(1, 0.6), checkpoint(2), measured(3, 0.8)]);
    expect(curves.map(({ key }) => key)).toEqual(['image.auroc']);
    expect(curves[0]?.points.map(({ x, y }) => [x, y])).toEqual([
      [1, 0.6],
      [3, 0.8],
    ]);
    expect(shareBottom(curves)).toBe(0.6);
    expect(shareBottom([])).toBe(0.9);
  });

  it('have both AUPROs where both were measured, apart from each other', () => {
    const pixel = { ...noPixel, aupro: 0.71, auproPaper: 0.64 };
    const one = checkpoint(1, { validation: { classes: [], mean: { image: noImage, pixel } } });
    expect(metricCurves([one]).map(({ name, last }) => [name, last])).toEqual([
      ['AUPRO (exact)', 0.71],
      ['AUPRO (papers’ code)', 0.64],
    ]);
    expect(new Set(dashes).size).toBeGreaterThanOrEqual(trainingMetrics.length);
  });

  it('have a best epoch: the earliest of equals', () => {
    expect(bestEpoch([measured(1, 0.6), measured(2, 0.9), measured(3, 0.9)], 'image.auroc')).toBe(2);
    expect(bestEpoch([checkpoint(1)], 'image.auroc')).toBeNull();
  });

  it('are looked at by epoch, the newest where none of it is there', () => {
    const all = [checkpoint(1), checkpoint(2)];
    expect(checkpointAt(all, 1)?.epoch).toBe(1);
    expect(checkpointAt(all, 7)?.epoch).toBe(2);
    expect(checkpointAt(all, null)?.epoch).toBe(2);
    expect(checkpointAt([], 1)).toBeNull();
  });

  it('are coloured on one scale', () => {
    const probe = (mapMinimum: number, mapMaximum: number) => [
      { imageId: 1, score: 0, mapMinimum, mapMaximum },
    ];
    expect(
      probeScale([checkpoint(1, { probes: probe(0.4, 0.6) }), checkpoint(2, { probes: probe(0.1, 0.5) })]),
    ).toEqual({ min: 0.1, max: 0.6 });
    expect(probeScale([checkpoint(1)])).toBeNull();
  });

  it('say where the images went that they are shown on', () => {
    const training = { datasetId: 1, probeImageIds: [1, 2, 3] };
    expect(describeMissingProbes(training, 3)).toBeNull();
    expect(describeMissingProbes(training, 2)).toBe(
      '1 image of this training is not in the data set any more.',
    );
    expect(describeMissingProbes(training, 0)).toContain('are not in a data set any more');
    expect(describeMissingProbes({ ...training, datasetId: null }, 0)).toContain(
      'were removed with their data set',
    );
    expect(describeMissingProbes({ datasetId: null, probeImageIds: [] }, 0)).toBeNull();
  });

  it('stand beside each other with the difference, and what neither has is left out', () => {
    const [worse, better] = [measured(1, 0.8), { ...measured(3, 0.9123), lossMean: 0.75 }];
    expect(comparedFigures(worse, better)).toEqual([
      { key: 'loss', name: 'Loss', left: '1.000', right: '0.7500', difference: '−0.2500', isBetter: true },
      {
        ...{ key: 'image.auroc', name: metricNames['image.auroc'], left: '80.0 %', right: '91.2 %' },
        ...{ difference: '+11.2', isBetter: true },
      },
    ]);
    const [loss, auroc] = comparedFigures(better, worse);
    expect(loss).toMatchObject({ difference: '+0.2500', isBetter: false });
    expect(auroc).toMatchObject({ difference: '−11.2', isBetter: false });
    expect(comparedFigures(better, measured(4, null))[1]).toMatchObject({ right: '–', difference: '–' });
    // Too little to be written: neither better nor worse.
    expect(comparedFigures(measured(1, 0.8), measured(2, 0.8001))).toMatchObject([
      { difference: '0', isBetter: null },
      { difference: '0', isBetter: null },
    ]);
  });

  it('stand below a round number', () => {
    expect([0.034, 0.2, 7, 15.4, 1000, 0, Number.NaN].map(niceTop)).toEqual([0.05, 0.2, 10, 20, 1000, 1, 1]);
  });
});

describe('settings of a training', () => {
  it.each(trainableMethodIdSchema.options)('of %s are all asked for, once, and named', (methodId) => {
    const asked = [...mainSettings, ...foldedSettings(methodId)];
    expect(asked.toSorted()).toEqual(trainingSettingsRead[methodId].toSorted());
    for (const name of asked) expect(settingWords[name].name).not.toBe('');
  });

  it.each(trainableMethodIdSchema.options)('of %s that stand as by default are no wish', (methodId) => {
    const own = defaultTrainingSettings(methodId, config);
    const drafts = Object.fromEntries(
      trainingSettingsRead[methodId].map((name) => [name, textOfSetting(own[name])]),
    );
    expect(parseSettings(methodId, drafts, config)).toEqual({ wishes: {}, wrong: [] });
  });

  it('are read as they are typed', () => {
    const drafts = { epochs: ' 3 ', learningRate: '5e-4', layers: '2 1', objectAware: 'on', dpam: 'off' };
    expect(parseSettings('anomalyclip', drafts, config)).toEqual({
      wishes: { epochs: 3, learningRate: 0.0005, layers: [1, 2], objectAware: true, dpam: 'off' },
      wrong: [],
    });
  });

  it('that are none are told, and those of other methods left alone', () => {
    const drafts = {
      epochs: '',
      batchSize: '2.5',
      learningRate: 'fast',
      seed: '-1',
      layers: '99',
      cap: 'on',
    };
    expect(parseSettings('anomalyclip', drafts, config)).toEqual({
      wishes: {},
      wrong: ['epochs', 'batchSize', 'learningRate', 'seed', 'layers'],
    });
  });

  it('that the model cannot have are refused, and the hint says what it has', () => {
    const { vision, text } = config;
    const tooMuch = {
      layers: `${vision.layers}, ${vision.layers + 1}`,
      dpamBlocks: String(vision.layers + 1),
      deepBlocks: String(text.layers),
      imageSizePx: String(vision.patchSize * 16 + 1),
    };
    expect(parseSettings('anomalyclip', tooMuch, config).wrong.toSorted()).toEqual(
      Object.keys(tooMuch).toSorted(),
    );
    const most = {
      layers: String(vision.layers),
      dpamBlocks: String(vision.layers),
      deepBlocks: String(text.layers - 1),
      imageSizePx: String(vision.patchSize * 16),
    };
    expect(parseSettings('anomalyclip', most, config).wrong).toEqual([]);
    expect(settingHint('layers', config)).toContain(`1 to ${vision.layers} in this model`);
    expect(settingHint('dpamBlocks', config)).toContain(`1 to ${vision.layers} in this model`);
    expect(settingHint('deepBlocks', config)).toContain(`this model has ${text.layers - 1}`);
    expect(settingHint('imageSizePx', config)).toContain(`${vision.patchSize} px`);
    expect(settingHint('batchSize', config)).toBe('Images a step: 1 to 64.');
  });

  it('offer only what the contract knows', () => {
    for (const [name, asked] of Object.entries(settingKinds)) {
      if (asked.kind !== 'choice') continue;
      for (const { value } of asked.options) {
        const { wrong } = parseSettings('faprompt', { [name]: value }, config);
        expect(wrong, `${name}: ${value}`).toEqual([]);
      }
    }
  });
});

describe('an order of a training', () => {
  it('holds what was chosen', () => {
    const choice: TrainingChoice = { ...nothingChosenYet, classNames: ['a'], drafts: { epochs: '2' } };
    expect(orderOf(choice, dataset, model)).toEqual({
      ...{ methodId: 'anomalyclip', modelId: 'tiny', datasetId: 3 },
      ...{ classNames: ['a'], settings: { epochs: 2 }, validation: null },
    });
  });

  it('is none without a model, without classes, or with settings that are none', () => {
    expect(orderOf(nothingChosenYet, dataset, null)).toBeNull();
    expect(orderOf({ ...nothingChosenYet, classNames: [] }, dataset, model)).toBeNull();
    const validation = { datasetId: 3, classNames: [] };
    expect(orderOf({ ...nothingChosenYet, validation }, dataset, model)).toBeNull();
    expect(orderOf({ ...nothingChosenYet, drafts: { epochs: '0' } }, dataset, model)).toBeNull();
  });

  it('knows the classes that nothing is learned from', () => {
    expect(classesLeft(dataset, ['a'])).toEqual(['b']);
    expect(classesLeft(dataset, [])).toEqual(['a', 'b']);
    expect(classesLeft(dataset, null)).toEqual([]);
  });

  it('counts labelled images alone', () => {
    expect(labelledIn(dataset, null)).toBe(9);
    expect(labelledIn(dataset, ['b'])).toBe(3);
  });

  it('says what it takes, or that this is not known', () => {
    const plan = {
      ...{ settings: { ...defaultTrainingSettings('anomalyclip', config), epochs: 10 }, imageCount: 9 },
      ...{ anomalousCount: 2, withoutMask: 0, stepsPerEpoch: 2, warnings: [], featureBytes: 2_000_000 },
      versionHash: 'c'.repeat(64),
      validationVersionHash: null,
    };
    expect(describeTrainingCost({ ...plan, estimate: null }, true)).toMatch(/not known.*2\.00 MB\.$/);
    const known = { ...plan, estimate: { featureSeconds: 5, epochSeconds: 6 } };
    const learning =
      'About 1 min 5 s: 5 s for the features of images, where they are not there yet, and 6 s an epoch. The features take about 2.00 MB.';
    expect(describeTrainingCost(known, false)).toBe(learning);
    expect(describeTrainingCost(known, true)).toBe(
      `${learning} Measuring each epoch on the validation images comes on top of it.`,
    );
  });
});

describe('learned prompts', () => {
  const prompts = { id: 7, methodId: 'anomalyclip', textWidth: config.text.width } as PromptSet;

  it('are chosen with the model that they were learned with, else with one that can use them', () => {
    const other = { ...model, id: 'other', sha256: 'c'.repeat(64) };
    const provenance = { modelSha256: other.sha256 } as NonNullable<PromptSet['provenance']>;
    expect(choiceOfPrompts({ ...prompts, provenance }, [model, other])).toMatchObject({
      ...{ modelId: 'other', promptSetIds: { anomalyclip: 7 }, settings: {} },
    });
    expect(choiceOfPrompts(prompts, [model, other]).modelId).toBe('tiny');
    expect(choiceOfPrompts({ ...prompts, textWidth: 5 }, [model]).modelId).toBeNull();
  });

  it('are exported under their name', () => {
    expect(promptFileName({ id: 7, name: 'Bottle, epoch 15' }, 'torch')).toBe('bottle-epoch-15.pth');
    expect(promptFileName({ id: 7, name: '«»' }, 'safetensors')).toBe('prompts-7.safetensors');
  });
});

describe('events of trainings', () => {
  it('refresh them at the end of an epoch, not at each step', () => {
    expect(rootsToRefresh({ event: 'trainings.changed', trainingId: 1 })).toEqual(['trainings']);
    expect(rootsToRefresh({ event: 'trainings.stepped', trainingId: 1, losses: [loss(1, 1)] })).toEqual([]);
  });
});
