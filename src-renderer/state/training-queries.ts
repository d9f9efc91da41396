import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { MethodParams, MethodResult } from '../../src-shared/contract/methods.ts';
import type { Training, TrainingLoss, TrainingPlan } from '../../src-shared/domain/training.ts';
import { useClient } from './client-context.ts';
import { queryRoots } from './queries.ts';
import { useSettled } from './use-settled.ts';

const typingMs = 250;

/** A training with its losses, checkpoints and probe images. */
export type TrainingDetails = MethodResult<'trainings.get'>;

/** Every training, newest first. */
export function useTrainings(): UseQueryResult<readonly Training[]> {
  const client = useClient();
  return useQuery({
    queryKey: [queryRoots.trainings, 'list'],
    queryFn: async () => {
      const { trainings } = await client.call('trainings.list', {});
      return trainings.toSorted((a, b) => b.createdAtMs - a.createdAtMs || b.id - a.id);
    },
  });
}

export function trainingKey(trainingId: number) {
  return [queryRoots.trainings, 'one', trainingId] as const;
}

/** One training; its losses grow as steps are told. */
export function useTraining(trainingId: number): UseQueryResult<TrainingDetails> {
  const client = useClient();
  return useQuery({
    queryKey: trainingKey(trainingId),
    queryFn: () => client.call('trainings.get', { trainingId }),
  });
}

/** What a training would be; null asks nothing. Follows typing a moment later. */
export function useTrainingPlan(
  order: MethodParams<'trainings.plan'> | null,
): UseQueryResult<TrainingPlan | null> {
  const client = useClient();
  const settled = useSettled(order, JSON.stringify(order), typingMs);
  return useQuery({
    queryKey: [queryRoots.trainings, 'plan', settled],
    queryFn: () => (settled === null ? null : client.call('trainings.plan', settled)),
    placeholderData: keepPreviousData,
  });
}

/**
 * Losses with those of new steps. An epoch that is learned again begins at a step that is known already: what was known from
 * there on is no more.
 */
export function mergeLosses(
  known: readonly TrainingLoss[],
  fresh: readonly TrainingLoss[],
): readonly TrainingLoss[] {
  const first = fresh[0]?.step;
  if (first === undefined) return known;
  const last = known.at(-1)?.step ?? 0;
  return [...(last < first ? known : known.filter(({ step }) => step < first)), ...fresh];
}
