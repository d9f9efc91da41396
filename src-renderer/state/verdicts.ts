import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import type { MethodResult } from '../../src-shared/contract/methods.ts';
import type { Verdict, VerdictValue } from '../../src-shared/domain/verdict.ts';
import type { Client } from '../transport/client.ts';
import { useClient } from './client-context.ts';
import { useConnectionStore } from './connection.ts';
import { createDecisionKeeper, useDecisionStore, type Attempt, type DecisionKeeper } from './decisions.ts';
import { formatMoment } from './format.ts';
import { imageColumnsQuery } from './image-columns.ts';
import { keepDecisions } from './kept-decisions.ts';
import { say } from '../texts/say.ts';
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

/** Verdicts that were read so long ago are still those of now: later ones come as events. */
const sharedMs = 2000;

/** Verdicts of a whole data set as they are stored, read once and kept true by `putVerdict`. */
function useStoredVerdicts(datasetId: number, enabled = true) {
  const client = useClient();
  const queries = useQueryClient();
  return useQuery({
    queryKey: verdictsKey(datasetId),
    enabled,
    queryFn: async (): Promise<SetVerdicts> => {
      // What the gallery is about to read, or has just read, is not read twice.
      const columns = await queries.fetchQuery({
        ...imageColumnsQuery(client, datasetId),
        staleTime: sharedMs,
      });
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

/** How many images of a data set have a stored verdict; null: not known. */
export function useJudgedCount(datasetId: number | null): number | null {
  return useStoredVerdicts(datasetId ?? 0, datasetId !== null).data?.values.size ?? null;
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

/** The window's one keeper of decisions. */
function keeperOf(client: Client, queries: QueryClient): DecisionKeeper {
  const known = keepers.get(client);
  if (known) return known;
  const keeper = createDecisionKeeper({
    record: (attempt) => record(client, queries, attempt),
    onStored: (verdict, { imageId }) => {
      putVerdict(queries, imageId, verdict);
    },
  });
  keepers.set(client, keeper);
  return keeper;
}

export function useDecisionKeeper(): DecisionKeeper {
  const client = useClient();
  const queries = useQueryClient();
  return useMemo(() => keeperOf(client, queries), [client, queries]);
}

/**
 * Begins with what windows before this one could not store, and keeps what this one cannot: sent again when the
 * connection is back, and left in the browser's storage for the next window.
 */
export async function openDecisions(client: Client, queries: QueryClient): Promise<void> {
  const keeper = keeperOf(client, queries);
  useConnectionStore.subscribe(({ connection }, before) => {
    if (connection === 'connected' && before.connection === 'lost') keeper.retry();
  });
  const { dataFolder, host } = await client.call('app.info', {});
  keepDecisions({
    keeper,
    dataFolder,
    windowId: crypto.randomUUID(),
    storage: window.localStorage,
    locks: 'locks' in navigator ? navigator.locks : null,
  });
  // Electron would close no window that asks; there everything is kept anyway but on a full disk.
  if (host !== 'web') return;
  window.addEventListener('beforeunload', (event) => {
    if (!useDecisionStore.getState().isKept) event.preventDefault();
  });
}

async function record(client: Client, queries: QueryClient, attempt: Attempt): Promise<Verdict> {
  const { decision, isRepeat } = attempt;
  const { imageId } = decision;
  const query = trailQuery(client, imageId);
  if (isRepeat) {
    const trail = await queries.fetchQuery({ ...query, staleTime: 0 });
    const stored = findStored(trail, attempt);
    if (stored) return stored;
    const newer = attempt.isForced
      ? undefined
      : trail.find(({ createdAtMs }) => createdAtMs > attempt.madeAtMs);
    if (newer) throw new WorkbenchError('needs-choice', describeNewer(newer, attempt));
  }
  const note = decision.note ?? (await queries.ensureQueryData(query))[0]?.note ?? '';
  return client.call('verdicts.record', { ...decision, note });
}

/** The row of a decision whose answer was lost on its way: the same said of the same run after it was made. */
function findStored(trail: Trail, { decision, madeAtMs }: Attempt): Verdict | undefined {
  return trail.find(
    (row) =>
      row.createdAtMs >= madeAtMs &&
      row.value === decision.value &&
      (decision.note === null || row.note === decision.note) &&
      (row.basis?.runId ?? null) === decision.runId,
  );
}

function describeNewer({ imagePath, value, author, createdAtMs }: Verdict, { decision, madeAtMs }: Attempt) {
  return say(
    '{path} was judged again meanwhile: {newer} by {author}, {newerTime}. Yours is older: {older}, {olderTime}. Store it all the same, or give it up.',
    {
      path: imagePath,
      newer: wordOfVerdict(value),
      author,
      newerTime: formatMoment(createdAtMs),
      older: wordOfVerdict(decision.value),
      olderTime: formatMoment(madeAtMs),
    },
  );
}

function wordOfVerdict(value: VerdictValue | null): string {
  switch (value) {
    case null:
      return say('no verdict');
    case 'good':
      return say('good');
    case 'defect':
      return say('defect');
    case 'unsure':
      return say('unsure');
  }
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
        refresh().catch(async () => {
          const { queryKey } = imageColumnsQuery(client, datasetId);
          await queries.invalidateQueries({ queryKey, refetchType: 'none' });
          await queries.invalidateQueries({ queryKey: verdictsKey(datasetId) });
        });
      }),
    [client, queries],
  );
}
