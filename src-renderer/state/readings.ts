import { useEffect } from 'react';
import { create } from 'zustand';
import { readingsIn, readingSettingKey, unread, type Reading } from '../../src-shared/domain/reading.ts';
import type { Client } from '../transport/client.ts';
import { useAddress, type View } from './address.ts';
import { useClient } from './client-context.ts';
import { useDataset, useRuns } from './queries.ts';
import { useJudgedCount } from './verdicts.ts';

interface ReadingState {
  /** As the core keeps them, so that they outlive the window. */
  readonly byDataset: Readonly<Record<number, Reading>>;
}

export const useReadings = create<ReadingState>()(() => ({ byDataset: {} }));

export function readingOf(datasetId: number): Reading {
  return useReadings.getState().byDataset[datasetId] ?? unread;
}

export function useReading(datasetId: number | null): Reading {
  return useReadings((state) => (datasetId === null ? undefined : state.byDataset[datasetId]) ?? unread);
}

function put(datasetId: number, change: Partial<Reading>): void {
  const reading = { ...readingOf(datasetId), ...change };
  useReadings.setState({ byDataset: { ...useReadings.getState().byDataset, [datasetId]: reading } });
}

/** One is stored after the other, so that the last one said is the one that stays. */
let stores: Promise<unknown> = Promise.resolve();

/** Stores a reading as it is now, with the change. An opening noted by another window stays: the earliest holds. */
function store(client: Client, datasetId: number, change: Partial<Reading>): Promise<Reading> {
  const storeNow = async () => {
    const { values } = await client.call('settings.get', {});
    const stored = readingsIn(values)[datasetId] ?? unread;
    const reading = { ...readingOf(datasetId), ...change };
    const openings = [stored.openedAtMs, reading.openedAtMs].filter((each) => each !== null);
    const merged = { ...reading, openedAtMs: openings.length === 0 ? null : Math.min(...openings) };
    await client.call('settings.set', { key: readingSettingKey(datasetId), value: merged });
    return merged;
  };
  const storing = stores.then(storeNow, storeNow);
  stores = storing;
  return storing;
}

/** Hides what runs say of a data set, from now on. What was shown before stays noted. */
export async function beginBlind(client: Client, datasetId: number): Promise<void> {
  put(datasetId, { isBlind: true });
  const { openedAtMs } = await store(client, datasetId, {});
  put(datasetId, { openedAtMs });
}

/** Ends blinded reading: noted in the core first, shown after that. */
export async function showScores(client: Client, datasetId: number): Promise<void> {
  const { openedAtMs } = readingOf(datasetId);
  put(datasetId, await store(client, datasetId, { isBlind: false, openedAtMs: openedAtMs ?? Date.now() }));
}

/** Notes that scores left their hiding place; the reading goes on as it is. */
export async function noteOpened(client: Client, datasetId: number): Promise<void> {
  const { openedAtMs } = readingOf(datasetId);
  put(datasetId, { openedAtMs: openedAtMs ?? Date.now() });
  await store(client, datasetId, {});
}

/** For where nothing waits for it: what is on the screen is right, and what could not be stored goes with the next. */
export function warnNotStored(error: unknown): void {
  console.warn('How the data set is read could not be stored.', error);
}

/** Whether scores, labels and figures of a data set are kept from its reader: blinded, as long as a verdict is missing. */
export function useIsClosed(datasetId: number | null): boolean {
  const { isBlind } = useReading(datasetId);
  const imageCount = useDataset(datasetId)?.imageCount;
  const judgedCount = useJudgedCount(isBlind ? datasetId : null);
  return isBlind && (imageCount === undefined || judgedCount === null || judgedCount < imageCount);
}

/** Views that tell scores of the data set that the address names. */
const tellingViews: ReadonlySet<View> = new Set(['images', 'review', 'thresholds', 'compare']);

/** Notes the first time that scores of a data set are on the screen: nobody is blind to them after that. */
export function useNoteScoresShown(): void {
  const client = useClient();
  const { view, datasetId } = useAddress('view', 'datasetId');
  const { isBlind, openedAtMs } = useReading(datasetId);
  const isClosed = useIsClosed(datasetId);
  const hasScores = useRuns().data?.some((run) => run.datasetId === datasetId && run.scoredCount > 0);
  const isShown = tellingViews.has(view) && (view === 'review' ? !isBlind : !isClosed);
  const isNews = isShown && hasScores === true && openedAtMs === null;
  useEffect(() => {
    if (!isNews || datasetId === null) return;
    noteOpened(client, datasetId).catch(warnNotStored);
  }, [client, datasetId, isNews]);
}
