import { z } from 'zod';
import { create } from 'zustand';

export const themeChoiceSchema = z.enum(['dark', 'light', 'system']);
export type ThemeChoice = z.infer<typeof themeChoiceSchema>;
export type ThemeMode = 'dark' | 'light';

interface AppearanceState {
  readonly choice: ThemeChoice;
  choose(choice: ThemeChoice): void;
}

export const useAppearanceStore = create<AppearanceState>()((set) => ({
  choice: 'dark',
  choose: (choice) => {
    set({ choice });
  },
}));
