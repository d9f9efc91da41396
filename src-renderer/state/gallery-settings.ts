import { z } from 'zod';
import { create } from 'zustand';

/** Heights of thumbnails that can be chosen, in CSS pixels. */
export const tileHeights = { smallest: 80, largest: 320, step: 24, usual: 152 } as const;

export const gallerySettingsSchema = z
  .object({ tileHeightPx: z.number().min(tileHeights.smallest).max(tileHeights.largest) })
  .readonly();
export type GallerySettings = z.infer<typeof gallerySettingsSchema>;

interface GallerySettingsState {
  readonly settings: GallerySettings;
  change(change: Partial<GallerySettings>): void;
}

/** How galleries look, of all data sets alike. */
export const useGallerySettings = create<GallerySettingsState>()((set, get) => ({
  settings: { tileHeightPx: tileHeights.usual },
  change: (change) => {
    set({ settings: { ...get().settings, ...change } });
  },
}));

/** Where a gallery was left: what back returns to. */
export interface GalleryPlace {
  readonly scrollTop: number;
  /** The image that was opened from it; null where none was. */
  readonly openedImageId: number | null;
}

const mostPlaces = 50;
const places = new Map<string, GalleryPlace>();

/** `key` names a gallery with its filters and order. */
export function placeOfGallery(key: string): GalleryPlace | null {
  return places.get(key) ?? null;
}

export function keepGalleryPlace(key: string, place: GalleryPlace): void {
  // Set anew, a key is the youngest.
  places.delete(key);
  places.set(key, place);
  for (const old of [...places.keys()].slice(0, -mostPlaces)) places.delete(old);
}
