import { create } from 'zustand';
import type { StartChoice } from './run-plan.ts';

/** What a start begins with that is too much for the address, such as a prompt text; null once it was taken. */
export const useHandedChoice = create<{ readonly choice: StartChoice | null }>()(() => ({ choice: null }));
