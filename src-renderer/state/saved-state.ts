import { z } from 'zod';
import {
  chosenThresholdsSchema,
  thresholdSettingPrefix,
  type ChosenThresholds,
} from '../../src-shared/domain/chosen-thresholds.ts';
import { readingsIn } from '../../src-shared/domain/reading.ts';
import type { Client } from '../transport/client.ts';
import { formatAddress, openAddress, useAddressStore } from './address.ts';
import { themeChoiceSchema, useAppearanceStore } from './appearance.ts';
import { useConnectionStore } from './connection.ts';
import { gallerySettingsSchema, useGallerySettings } from './gallery-settings.ts';
import { keySettingsSchema } from './key-map.ts';
import { useKeyStore } from './keys.ts';
import { useRecentStore } from './recent-cleared.ts';
import { overlaySettingsSchema, useOverlayStore } from './overlay.ts';
import { reviewSettingsSchema, useReviewSettings } from './review-settings.ts';
import { thresholdTargetsSchema, useTargetStore } from './threshold-targets.ts';
import { useReadings } from './readings.ts';
import { useThresholdStore } from './thresholds.ts';

const keys = {
  address: 'window.address',
  theme: 'window.theme',
  overlay: 'window.overlay',
  targets: 'window.threshold-targets',
  keys: 'window.keys',
  review: 'window.review',
  recent: 'window.recent-cleared',
  gallery: 'window.gallery',
} as const;
const saveDelayMs = 400;

type Json = z.core.util.JSONType;
type Values = Readonly<Record<string, unknown>>;

/** Puts saved values into the stores; whatever does not fit is left at its default. */
export function restoreState(values: Values): void {
  const theme = themeChoiceSchema.safeParse(values[keys.theme]);
  if (theme.success) useAppearanceStore.setState({ choice: theme.data });
  const overlay = overlaySettingsSchema.safeParse(values[keys.overlay]);
  if (overlay.success) useOverlayStore.setState({ overlay: overlay.data });
  const review = reviewSettingsSchema.safeParse(values[keys.review]);
  if (review.success) useReviewSettings.setState({ settings: review.data });
  useReadings.setState({ byDataset: readingsIn(values) });
  const gallery = gallerySettingsSchema.safeParse(values[keys.gallery]);
  if (gallery.success) useGallerySettings.setState({ settings: gallery.data });
  const cleared = z.number().safeParse(values[keys.recent]);
  if (cleared.success) useRecentStore.setState({ clearedAtMs: cleared.data });
  const keySettings = keySettingsSchema.safeParse(values[keys.keys]);
  if (keySettings.success) useKeyStore.getState().restore(keySettings.data);
  const targets = thresholdTargetsSchema.safeParse(values[keys.targets]);
  if (targets.success) useTargetStore.setState({ targets: targets.data });
  const byKey: Record<string, ChosenThresholds> = {};
  for (const [key, value] of Object.entries(values)) {
    if (!key.startsWith(thresholdSettingPrefix)) continue;
    const chosen = chosenThresholdsSchema.safeParse(value);
    if (chosen.success) byKey[key.slice(thresholdSettingPrefix.length)] = chosen.data;
  }
  useThresholdStore.setState({ byKey });
  const address = z.string().safeParse(values[keys.address]);
  openAddress(address.success ? address.data : null);
}

const savers = new WeakMap<Client, () => Promise<void>>();

/** Resolves when the core was sent all that changed: for what the core is about to read, such as thresholds before an export. */
export async function saveNow(client: Client): Promise<void> {
  await savers.get(client)?.();
}

/**
 * Saves what changes, at most a moment later however long it goes on changing, and at once when the window closes. What could
 * not be stored is kept while the window is open, unless it changed again, and goes with the next change or when the
 * connection is back. Returns a function that stops.
 */
export function autosave(client: Client): () => void {
  const unsaved = new Map<string, Json>();
  /** The number of the last send of a key: an older one that fails late must not come back over it. */
  const lastSend = new Map<string, number>();
  let sends = 0;
  let timer: ReturnType<typeof setTimeout> | null = null;

  const send = async (key: string, value: Json) => {
    const own = ++sends;
    lastSend.set(key, own);
    try {
      await client.call('settings.set', { key, value });
    } catch (error) {
      console.warn(`«${key}» could not be saved yet.`, error);
      if (lastSend.get(key) === own && !unsaved.has(key)) unsaved.set(key, value);
    }
  };
  const underWay = new Set<Promise<void>>();
  const flush = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const now = [...unsaved];
    unsaved.clear();
    for (const [key, value] of now) {
      const sending = send(key, value).finally(() => underWay.delete(sending));
      underWay.add(sending);
    }
  };
  const save = (key: string, value: Json) => {
    unsaved.set(key, value);
    // The clock runs from the first change: somebody who goes from image to image without a rest must not lose them all.
    timer ??= setTimeout(flush, saveDelayMs);
  };
  savers.set(client, async () => {
    flush();
    await Promise.all(underWay);
  });

  const stops = [
    useAppearanceStore.subscribe(({ choice }) => {
      save(keys.theme, choice);
    }),
    useOverlayStore.subscribe(({ overlay }) => {
      save(keys.overlay, { ...overlay });
    }),
    useReviewSettings.subscribe(({ settings }) => {
      save(keys.review, { ...settings });
    }),
    useGallerySettings.subscribe(({ settings }) => {
      save(keys.gallery, { ...settings });
    }),
    useRecentStore.subscribe(({ clearedAtMs }) => {
      save(keys.recent, clearedAtMs);
    }),
    useKeyStore.subscribe(({ settings }) => {
      save(keys.keys, {
        preset: settings.preset,
        own: Object.fromEntries(Object.entries(settings.own).map(([id, chords]) => [id, [...chords]])),
      });
    }),
    useTargetStore.subscribe(({ targets }) => {
      save(keys.targets, { ...targets });
    }),
    useThresholdStore.subscribe((state, before) => {
      for (const [key, chosen] of Object.entries(state.byKey)) {
        if (chosen !== before.byKey[key]) save(`${thresholdSettingPrefix}${key}`, { ...chosen });
      }
    }),
    useAddressStore.subscribe(({ address }) => {
      save(keys.address, formatAddress(address));
    }),
    useConnectionStore.subscribe(({ connection }, before) => {
      if (connection === 'connected' && before.connection !== 'connected') flush();
    }),
  ];
  window.addEventListener('pagehide', flush);
  return () => {
    for (const stop of stops) stop();
    window.removeEventListener('pagehide', flush);
    flush();
    savers.delete(client);
  };
}
