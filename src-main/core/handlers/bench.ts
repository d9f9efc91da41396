import { starterModelId } from '../../../src-shared/domain/model.ts';
import type { DomainHandlers, Services } from './handler.ts';

export function benchHandlers({ promptBenches, starterModel }: Services): DomainHandlers<'bench'> {
  return {
    'bench.open': async (wish) => {
      if (wish.modelId === starterModelId) await starterModel.demand();
      return promptBenches.open(wish);
    },
    'bench.score': ({ benchId, prompts }) => promptBenches.score(benchId, prompts),
    'bench.close': async ({ benchId }) => {
      await promptBenches.close(benchId);
      return { ok: true };
    },
  };
}
