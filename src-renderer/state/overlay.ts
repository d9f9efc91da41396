import { z } from 'zod';
import { create } from 'zustand';
import { allLevels, narrowestWindow } from '../canvas/levels.ts';
import { colourMapNames } from '../../src-shared/maps/colour-maps.ts';

export const smoothings = ['auto', 'smooth', 'pixels'] as const;
export type Smoothing = (typeof smoothings)[number];

export { allLevels as wholeRange, narrowestWindow };

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
  /** The square that the model was given instead of the image. */
  modelView: z.boolean().catch(false),
  /** The same square beside the image. */
  modelBeside: z.boolean().catch(false),
  /** What every finished run's map says under the pointer, not the shown one's alone. */
  readsAllRuns: z.boolean().catch(false),
  /** How enlarged pixels are drawn: by how far it is zoomed, always blended, or always as squares. */
  smoothing: z.enum(smoothings).catch('auto'),
  /** The heat as the method smooths it, or its single patches. */
  patches: z.boolean().catch(false),
  /** Middle and width of the grey values that are shown from black to white, as shares of all (0-1). */
  level: z.number().min(0).max(1).catch(0.5),
  window: z.number().min(narrowestWindow).max(1).catch(1),
  /** The data set whose pictures they were chosen for: another camera's are seen whole. */
  levelsOf: z.number().int().nullable().catch(null),
});
export type OverlaySettings = Readonly<z.infer<typeof overlaySettingsSchema>>;

export const defaultOverlay: OverlaySettings = overlaySettingsSchema.parse({});

interface OverlayState {
  readonly overlay: OverlaySettings;
  /** All that is laid over the image is hidden as long as a key is held; never kept. */
  readonly isPeeking: boolean;
  peek(isPeeking: boolean): void;
  change(change: Partial<OverlaySettings>): void;
}

/** How the map is laid over the image: the same for every image, kept between images and sessions. */
export const useOverlayStore = create<OverlayState>()((set, get) => ({
  overlay: defaultOverlay,
  isPeeking: false,
  peek: (isPeeking) => {
    if (get().isPeeking !== isPeeking) set({ isPeeking });
  },
  change: (change) => {
    set({ overlay: { ...get().overlay, ...change } });
  },
}));
