import { z } from 'zod';
import { create } from 'zustand';
import { colourMapNames } from '../../src-shared/maps/colour-maps.ts';

export const overlaySettingsSchema = z.object({
  /** The heat map. */
  visible: z.boolean().catch(true),
  contour: z.boolean().catch(true),
  /** 0-1. */
  opacity: z.number().min(0).max(1).catch(0.6),
  colourMap: z.enum(colourMapNames).catch('inferno'),
  /** Heat only where the map reaches the threshold. */
  cutOff: z.boolean().catch(false),
  /** Grey values of the image turned round; the overlay keeps its colours. */
  invert: z.boolean().catch(false),
  groundTruth: z.boolean().catch(false),
});
export type OverlaySettings = Readonly<z.infer<typeof overlaySettingsSchema>>;

export const defaultOverlay: OverlaySettings = overlaySettingsSchema.parse({});

interface OverlayState {
  readonly overlay: OverlaySettings;
  change(change: Partial<OverlaySettings>): void;
}

/** How the map is laid over the image: the same for every image, kept between images and sessions. */
export const useOverlayStore = create<OverlayState>()((set, get) => ({
  overlay: defaultOverlay,
  change: (change) => {
    set({ overlay: { ...get().overlay, ...change } });
  },
}));
