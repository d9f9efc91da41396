import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import type { MethodResult } from '../../src-shared/contract/methods.ts';
import type { Verdict, VerdictValue } from '../../src-shared/domain/verdict.ts';
import type { Client } from '../transport/client.ts';
import { useClient } from './client-context.ts';
import { useConnectionStore } from './connection.ts';
import { createDecisionKeeper, useDecisionStore, type DecisionKeeper } from './decisions.ts';
import type { Verdicts } from './review-order.ts';

const trailRoot = 'verdict-trail';
const verdictsRoot = 'verdicts-of-set';

/** Newest first. */
type Trail = MethodResult<'verdicts.trail'>['verdicts'];

interface SetVerdicts {
  readonly values: Verdicts;
  readonly noted: ReadonlySet<number>;
}

function verdictsKey(datasetId: number) {
  return [verdictsRoot, datasetId] as const;
}

function trailKey(imageId: number) {
  return [trailRoot, imageId] as const;
}

function trailQuery(client: Client, imageId: number) {
  return {
    queryKey: trailKey(imageId),
    queryFn: async (): Promise<Trail> => (await client.call('verdicts.trail', { imageId })).verdicts,
  };
}

/** Every verdict on an image, newest first. */
export function useTrail(imageId: number) {
  return useQuery(trailQuery(useClient(), imageId));
}

export function prefetchTrail(client: Client, queries: QueryClient, imageId: number): void {
  void queries.prefetchQuery(trailQuery(client, imageId));
}

/** What is known of an image's trail without asking. */
export function peekTrail(queries: QueryClient, imageId: number): Trail | undefined {
  return queries.getQueryData<Trail>(trailKey(imageId));
}

/** Verdicts of a whole data set as they are stored, read once and kept true by `putVerdict`. */
function useStoredVerdicts(datasetId: number) {
  const client = useClient();
  return useQuery({
    queryKey: verdictsKey(datasetId),
    queryFn: async (): Promise<SetVerdicts> => {
      const columns = await client.call('images.columns', { datasetId, runId: null });
      const values = new Map<number, VerdictValue>();
      const noted = new Set<number>();
      for (const [row, imageId] of columns.imageIds.entries()) {
        const value = columns.verdicts[row] ?? null;
        if (value !== null) values.set(imageId, value);
        if (columns.hasNote[row] === true) noted.add(imageId);
      }
      return { values, noted };
    },
  });
}

/** Verdicts as the user gave them, stored or not yet. `ready`: the stored ones are known. */
export function useVerdicts(datasetId: number): SetVerdicts & {
  readonly ready: boolean;
  readonly error: Error | null;
} {
  const { data, error } = useStoredVerdicts(datasetId);
  const unsaved = useDecisionStore((state) => state.unsaved);
  return useMemo(() => {
    const values = new Map(data?.values);
    const noted = new Set(data?.noted);
    for (const { decision } of unsaved) put(values, noted, decision.imageId, decision.value, decision.note);
    return { values, noted, ready: data !== undefined, error };
  }, [data, error, unsaved]);
}

function put(
  values: Map<number, VerdictValue>,
  noted: Set<number>,
  imageId: number,
  value: VerdictValue | null,
  note: string | null,
): void {
  if (value === null) values.delete(imageId);
  else values.set(imageId, value);
  if (note === null) return;
  if (note === '') noted.delete(imageId);
  else noted.add(imageId);
}

/** Puts a stored row where it is shown, without reading a whole data set again. */
function putVerdict(queries: QueryClient, imageId: number, verdict: Verdict): void {
  queries.setQueryData<Trail>(trailKey(imageId), (trail) =>
    trail === undefined || trail.some(({ id }) => id === verdict.id) ? trail : [verdict, ...trail],
  );
  queries.setQueryData<SetVerdicts>(verdictsKey(verdict.datasetId), (before) => {
    if (before === undefined) return before;
    const values = new Map(before.values);
    const noted = new Set(before.noted);
    put(values, noted, imageId, verdict.value, verdict.note);
    return { values, noted };
  });
}

const keepers = new WeakMap<Client, DecisionKeeper>();

/** The window's one keeper of decisions; what failed is sent again when the connection is back. */
export function useDecisionKeeper(): DecisionKeeper {
  const client = useClient();
  const queries = useQueryClient();
  return useMemo(() => {
    const known = keepers.get(client);
    if (known) return known;
    const keeper = createDecisionKeeper({
      record: async (decision) => {
        const { imageId } = decision;
        const note =
          decision.note ?? (await queries.ensureQueryData(trailQuery(client, imageId)))[0]?.note ?? '';
        return client.call('verdicts.record', { ...decision, note });
      },
      onStored: (verdict, { imageId }) => {
        putVerdict(queries, imageId, verdict);
      },
      // Of this window alone: a reload takes it up, another window or data folder does not.
      storage: window.sessionStorage,
    });
    keepers.set(client, keeper);
    useConnectionStore.subscribe(({ connection }, before) => {
      if (connection === 'connected' && before.connection === 'lost') keeper.retry();
    });
    return keeper;
  }, [client, queries]);
}

/** Takes over what another window, or the command line, decided. */
export function useForeignVerdicts(): void {
  const client = useClient();
  const queries = useQueryClient();
  useEffect(
    () =>
      client.transport.onEvent((event) => {
        if (event.event !== 'verdicts.changed') return;
        const { datasetId, imageId } = event;
        // One's own rows are put in place when they are stored.
        if (useDecisionStore.getState().unsaved.some(({ decision }) => decision.imageId === imageId)) return;
        const refresh = async () => {
          const trail = await queries.fetchQuery({ ...trailQuery(client, imageId), staleTime: 0 });
          const newest = trail[0];
          if (newest) putVerdict(queries, imageId, newest);
        };
        refresh().catch(() => queries.invalidateQueries({ queryKey: verdictsKey(datasetId) }));
      }),
    [client, queries],
  );
}
