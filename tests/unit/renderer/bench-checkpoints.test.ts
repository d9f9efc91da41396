import { describe, expect, it } from 'vitest';
import {
  checkpointToken,
  fittingTrainings,
  parseCheckpointToken,
  triedCheckpoint,
} from '../../../src-renderer/state/bench-checkpoints.ts';
import type { Model } from '../../../src-shared/domain/model.ts';
import type { Training } from '../../../src-shared/domain/training.ts';

const model = (id: string, width: number) =>
  ({ id, sha256: `sha of ${id}`, config: { text: { width } } }) as unknown as Model;
const training = (id: number, change: Partial<Training>) =>
  ({ id, methodId: 'anomalyclip', modelSha256: 'sha of small', epochsDone: 2, ...change }) as Training;

describe('epochs of trainings on the bench', () => {
  it('come back from the address as they were written', () => {
    const tried = { trainingId: 12, epoch: 340 };
    expect(checkpointToken(tried)).toBe('12-340');
    expect(parseCheckpointToken('12-340')).toEqual(tried);
  });

  it('are those of the method that fit the width of the model, once there is one', () => {
    const models = [model('small', 64), model('alike', 64), model('large', 768)];
    const trainings = [
      training(1, {}),
      training(2, { epochsDone: 0 }),
      training(3, { methodId: 'faprompt' }),
      training(4, { modelSha256: 'sha of large' }),
      training(5, { modelSha256: 'sha of one that was removed' }),
    ];
    const idsFor = (of: Model | null) =>
      fittingTrainings('anomalyclip', trainings, models, of).map(({ id }) => id);
    expect(idsFor(model('alike', 64))).toEqual([1]);
    expect(idsFor(model('large', 768))).toEqual([4]);
    expect(idsFor(null)).toEqual([]);
    expect(fittingTrainings('clip', trainings, models, model('alike', 64))).toEqual([]);
  });

  it('are the one that the address names, no later than is learned, and the newest where there is no set of prompts', () => {
    const learning = [training(7, { epochsDone: 5 }), training(3, { epochsDone: 2 })];
    const wanted = { trainingId: 3, epoch: 1 };
    expect(triedCheckpoint(learning, wanted, false)).toEqual(wanted);
    expect(triedCheckpoint(learning, { ...wanted, epoch: 9 }, false)).toEqual({ trainingId: 3, epoch: 2 });
    expect(triedCheckpoint(learning, null, false)).toBeNull();
    expect(triedCheckpoint(learning, { trainingId: 99, epoch: 1 }, false)).toBeNull();
    expect(triedCheckpoint(learning, { trainingId: 99, epoch: 1 }, true)).toEqual({
      trainingId: 7,
      epoch: 5,
    });
    expect(triedCheckpoint([], null, true)).toBeNull();
  });
});
