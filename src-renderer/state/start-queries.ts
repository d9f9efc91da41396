import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import type { MethodParams } from '../../src-shared/contract/methods.ts';
import type { PromptMeasure } from '../../src-shared/domain/prompt-text.ts';
import { useClient } from './client-context.ts';
import { queryRoots } from './queries.ts';
import { useSettled } from './use-settled.ts';

const typingMs = 250;

/** Prompt texts that were saved, by name. */
export function useSavedTexts() {
  const client = useClient();
  return useQuery({
    queryKey: [queryRoots.prompts, 'texts'],
    queryFn: async () => (await client.call('promptTexts.list', {})).promptTexts,
  });
}

/** How the model's tokenizer reads texts, in their order. Follows typing a moment later. */
export function usePromptMeasures(
  texts: readonly MethodParams<'promptTexts.measure'>[],
): readonly (PromptMeasure | undefined)[] {
  const client = useClient();
  const settled = useSettled(texts, JSON.stringify(texts), typingMs);
  return useQueries({
    queries: settled.map((params) => ({
      queryKey: [queryRoots.prompts, 'measure', params],
      queryFn: () => client.call('promptTexts.measure', params),
      staleTime: Number.POSITIVE_INFINITY,
    })),
  }).map(({ data }) => data);
}

/** What runs would cost; null asks nothing. */
export function useRunEstimate(params: MethodParams<'runs.estimate'> | null) {
  const client = useClient();
  const settled = useSettled(params, JSON.stringify(params), typingMs);
  return useQuery({
    queryKey: [queryRoots.runs, 'estimate', settled],
    queryFn: () => (settled === null ? null : client.call('runs.estimate', settled)),
    placeholderData: keepPreviousData,
  });
}
