import { describe, expect, it } from 'vitest';
import { factsOf, titleOf } from '../../../src-main/core/exports/run-facts.ts';
import type { Repositories } from '../../../src-main/core/db/repositories.ts';
import type { PromptSet } from '../../../src-shared/domain/model.ts';
import type { Run } from '../../../src-shared/domain/run.ts';

const promptSets: readonly Partial<PromptSet>[] = [
  {
    id: 7,
    name: 'Plates, epoch 2',
    sourceFile: '/plates.safetensors',
    sha256: 'a'.repeat(64),
    provenance: {
      datasetName: 'plates',
      classNames: ['round', 'oval'],
      imageCount: 96,
      epoch: 2,
      settings: { epochs: 15 },
    } as unknown as NonNullable<PromptSet['provenance']>,
  },
  { id: 8, name: 'epoch_15', sourceFile: '/epoch_15.pth', sha256: 'b'.repeat(64) },
];
const repositories = {
  models: { get: () => ({ id: 'large', name: 'Large' }) },
  promptSets: {
    get: (wanted: number) => {
      const promptSet = promptSets.find(({ id }) => id === wanted);
      return promptSet === undefined ? null : { promptSet };
    },
  },
} as unknown as Repositories;
const runWith = (change: Partial<Run>): Run => ({
  ...{ id: 3, datasetId: 1, methodId: 'anomalyclip', modelId: 'large', modelSha256: null, promptSetId: null },
  ...{ settings: {}, references: [], rendering: { sizePx: 8, sigmaPx: 0 }, state: 'succeeded', error: null },
  ...{ jobId: 1, createdAtMs: 0, imageCount: 1, scoredCount: 1, failedCount: 0, scale: null, imageAuroc: [] },
  ...change,
});

describe('what a report says of a run', () => {
  it('tells runs with other learned prompts apart in their titles', () => {
    expect([7, 8, 9].map((promptSetId) => titleOf(runWith({ promptSetId }), repositories))).toEqual([
      'AnomalyCLIP, «Plates, epoch 2» · Large',
      'AnomalyCLIP, «epoch_15» · Large',
      'AnomalyCLIP · Large',
    ]);
  });

  it('says what learned prompts were learned from, where that is known', () => {
    const learnedFrom = (promptSetId: number) =>
      factsOf(runWith({ promptSetId }), repositories).find(({ name }) => name === 'Learned from')?.value;
    expect(learnedFrom(7)).toBe('96 images of «plates» (round, oval), epoch 2 of 15');
    expect(learnedFrom(8)).toBeUndefined();
  });
});
