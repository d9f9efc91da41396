import { z } from 'zod';
import { create } from 'zustand';

export const reviewSettingsSchema = z.object({
  /** To the next image after a verdict. */
  goesOn: z.boolean().catch(true),
  /** Score, map, prediction and label are hidden until an image has a verdict. */
  isBlind: z.boolean().catch(false),
});
export type ReviewSettings = Readonly<z.infer<typeof reviewSettingsSchema>>;

interface ReviewSettingsState {
  readonly settings: ReviewSettings;
  change(change: Partial<ReviewSettings>): void;
}

/** How the user goes through images; kept between sessions. */
export const useReviewSettings = create<ReviewSettingsState>()((set, get) => ({
  settings: reviewSettingsSchema.parse({}),
  change: (change) => {
    set({ settings: { ...get().settings, ...change } });
  },
}));
