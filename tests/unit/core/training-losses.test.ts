import { describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../../src-main/core/db/open-database.ts';
import { createRepositories } from '../../../src-main/core/db/repositories.ts';
import {
  defaultTrainingSettings,
  mostLossesTold,
  type TrainingLoss,
} from '../../../src-shared/domain/training.ts';
import { tinyClipConfig } from '../../support/made-up-checkpoints.ts';
import { migrationsFolder, temporaryFolder } from './support/harness.ts';

const owner = { owner: 'test', host: 'test', pid: 1 };

/** A training with losses of these totals, from step 1 on. */
async function trainingWith(totals: readonly number[]) {
  const slow: string[] = [];
  const database = openDatabase({
    dataFolder: await temporaryFolder(),
    migrationsFolder,
    log: (_, message) => void slow.push(message),
    slowQueryMs: 5000,
  });
  onTestFinished(() => {
    database.close();
  });
  const repositories = createRepositories(database);
  const { jobs, datasets, trainings } = repositories;
  const datasetId = datasets.insert({ name: 'Felt', root: '/felt', layout: 'mvtec', createdAtMs: 1 });
  const trainingId = trainings.insert({
    name: 'Long',
    methodId: 'anomalyclip',
    modelId: 'tiny',
    modelSha256: 'a'.repeat(64),
    datasetId,
    datasetName: 'Felt',
    classNames: null,
    settings: defaultTrainingSettings('anomalyclip', tinyClipConfig),
    validation: null,
    probeImageIds: [],
    versionHash: 'b'.repeat(64),
    imageCount: 800,
    anomalousCount: 400,
    jobId: jobs.insert({ kind: 'training', title: 'Long', payload: {} }, owner, 1, 1000),
    createdAtMs: 1,
  });
  database.transaction(() => {
    trainings.addLosses(
      trainingId,
      totals.map((total, index): TrainingLoss => ({
        step: index + 1,
        epoch: 1 + Math.floor(index / 100),
        total,
        parts: { image: total / 2, focal_12: total / 2 },
      })),
    );
  });
  return { database, trainings, trainingId };
}

const noise = (count: number) => Array.from({ length: count }, (_, i) => 2 + Math.sin(i * 12.9898) * 0.5);

describe('the losses of a training', () => {
  it('are all told as long as a screen could show them', async () => {
    const totals = noise(mostLossesTold);
    const { trainings, trainingId } = await trainingWith(totals);
    expect(trainings.losses(trainingId).map(({ total }) => total)).toEqual(totals);
    expect(trainings.losses(999)).toEqual([]);
  });

  it('are thinned when there are more, in order, with first, last and every outlier', async () => {
    const totals = noise(50_000);
    const outliers = new Map([
      [12_345, 90],
      [31_007, -3],
      [49_998, 70],
    ]);
    for (const [step, total] of outliers) totals[step - 1] = total;
    const { trainings, trainingId } = await trainingWith(totals);
    const told = trainings.losses(trainingId);
    const steps = told.map(({ step }) => step);
    expect(told.length).toBeLessThanOrEqual(mostLossesTold);
    expect(told.length).toBeGreaterThan(mostLossesTold / 2);
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
    expect([steps[0], steps.at(-1)]).toEqual([1, 50_000]);
    for (const { step, total, parts } of told) {
      expect(total).toBe(totals[step - 1]);
      expect(parts).toEqual({ image: total / 2, focal_12: total / 2 });
    }
    for (const [step, total] of outliers) expect(told.find((loss) => loss.step === step)?.total).toBe(total);
    const gaps = steps.slice(1).map((step, index) => step - (steps[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(17);
    // Their mean, which a curve draws, is that of all.
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(told.map(({ total }) => total))).toBeCloseTo(mean(totals), 1);
  });

  it('are not looked at for the list of trainings', async () => {
    const { database, trainings } = await trainingWith(noise(10));
    const [before] = trainings.list();
    // Without the table, whoever reads it fails.
    database.run('DROP TABLE training_losses');
    expect(trainings.list()).toEqual([before]);
  });
});
