import { z } from 'zod';
import { create } from 'zustand';

export const reviewSettingsSchema = z.object({
  /** To the next image after a verdict. */
  goesOn: z.boolean().catch(true),
  /** Of the random order, so that another reader, or the same one later, goes through the images in the same one. */
  seed: z.number().int().min(1).max(999_999).catch(1),
  /** The panel beside the image. */
  showsPanel: z.boolean().catch(true),
});
export type ReviewSettings = Readonly<z.infer<typeof reviewSettingsSchema>>;

interface ReviewSettingsState {
  readonly settings: ReviewSettings;
  /** The image alone over the whole window; never kept. */
  readonly isFull: boolean;
  change(change: Partial<ReviewSettings>): void;
  setFull(isFull: boolean): void;
}

/** How the user goes through images; kept between sessions. */
export const useReviewSettings = create<ReviewSettingsState>()((set, get) => ({
  settings: reviewSettingsSchema.parse({}),
  isFull: false,
  change: (change) => {
    set({ settings: { ...get().settings, ...change } });
  },
  setFull: (isFull) => {
    set({ isFull });
  },
}));
