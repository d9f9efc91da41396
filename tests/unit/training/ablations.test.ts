import { describe, expect, it } from 'vitest';
import {
  ablationGroupsOf,
  ablationRows,
  learnsTheSame,
  uselessRow,
} from '../../../src-shared/domain/ablations.ts';
import {
  defaultTrainingSettings,
  trainableMethodIdSchema,
  trainingWishesSchema,
} from '../../../src-shared/domain/training.ts';
import { tinyClipConfig, vitL336Config } from '../../support/made-up-weights.ts';

const named = (name: string) => {
  const row = ablationRows(vitL336Config).find((one) => one.name === name);
  if (row === undefined) throw new Error(`there is no row ${name}`);
  return row;
};

describe('the ablations of methods.md §9', () => {
  it('have names of their own and settings that a training takes', () => {
    const rows = ablationRows(vitL336Config);
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    for (const { wishes } of rows) expect(trainingWishesSchema.parse(wishes)).toEqual(wishes);
    expect(named('depth 9').wishes).toEqual({ deepBlocks: 8 });
    expect(named('last two layers').wishes).toEqual({ layers: [18, 24] });
    expect(named('last layer alone').wishes).toEqual({ layers: [24] });
  });

  it('count layers in the blocks that a model has', () => {
    const layers = ablationRows({
      ...tinyClipConfig,
      vision: { ...tinyClipConfig.vision, layers: 2 },
    }).filter(({ group }) => group === 'layers');
    expect(layers.map(({ wishes }) => wishes.layers)).toEqual([[2], [1, 2]]);
  });

  it.each(trainableMethodIdSchema.options)('of %s are in the groups that it is offered', (methodId) => {
    const useful = ablationRows(vitL336Config).filter((row) => uselessRow(methodId, row) === null);
    expect([...new Set(useful.map(({ group }) => group))]).toEqual(ablationGroupsOf(methodId));
  });

  it('of each method hold its default row: a table shows what was varied', () => {
    const usual = defaultTrainingSettings('anomalyclip', vitL336Config);
    const same = ablationRows(vitL336Config).filter(
      (row) =>
        uselessRow('anomalyclip', row) === null &&
        learnsTheSame('anomalyclip', usual, { ...usual, ...row.wishes }),
    );
    expect(same.map(({ name }) => name)).toEqual([
      ...['«object» for every class', 'words of their own', 'E 12', 'depth 9', 'length 4'],
      ...['all layers', 'DPAM vv', 'damaged'],
    ]);
  });
});

describe('CoOp’s table', () => {
  it('varies the words that its prompts share by default', () => {
    const usual = defaultTrainingSettings('coop', vitL336Config);
    expect(learnsTheSame('coop', usual, { ...usual, ...named('shared words').wishes })).toBe(true);
    expect(learnsTheSame('coop', usual, { ...usual, ...named('words of their own').wishes })).toBe(false);
  });
});

describe('two trainings learn the same', () => {
  const usual = defaultTrainingSettings('faprompt', vitL336Config);

  it('where they differ in what others switched off, or in what the method does not read', () => {
    const off = { ...usual, deepBlocks: 0, localLoss: false, dap: false };
    expect(learnsTheSame('faprompt', off, { ...off, deepLength: 7, focal: false, priorWeight: 2 })).toBe(
      true,
    );
    expect(learnsTheSame('faprompt', usual, { ...usual, sharedWords: true, layers: [6] })).toBe(true);
    const oneOfClass = { ...usual, priorFrom: 'class' as const };
    expect(learnsTheSame('faprompt', oneOfClass, { ...oneOfClass, priorPatches: 3 })).toBe(true);
  });

  it('and not where anything else differs', () => {
    for (const wishes of [{ seed: 1 }, { deepLength: 7 }, { dap: false }, { priorPatches: 3 }])
      expect(learnsTheSame('faprompt', usual, { ...usual, ...wishes })).toBe(false);
  });
});
