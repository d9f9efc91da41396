import { z } from 'zod';
import { idSchema } from './dataset.ts';

/** Of the settings that say how a data set is read; its id follows. */
export const readingSettingPrefix = 'window.reading.';

/** How a data set is read. Whether its scores were ever on the screen is never taken back. */
export const readingSchema = z.object({
  /** Scores, maps, predictions and labels stay hidden until an image has a verdict. */
  isBlind: z.boolean().catch(false),
  /** When scores of its runs were first shown; null: they never were. */
  openedAtMs: z.number().int().nonnegative().nullable().catch(null),
});
export type Reading = Readonly<z.infer<typeof readingSchema>>;

/** Not read blind, and nothing was shown yet. */
export const unread: Reading = { isBlind: false, openedAtMs: null };

export function readingSettingKey(datasetId: number): string {
  return `${readingSettingPrefix}${datasetId}`;
}

/** The readings among saved settings, by data set. */
export function readingsIn(values: Readonly<Record<string, unknown>>): Readonly<Record<number, Reading>> {
  const readings: Record<number, Reading> = {};
  for (const [key, value] of Object.entries(values)) {
    if (!key.startsWith(readingSettingPrefix)) continue;
    const id = idSchema.safeParse(Number(key.slice(readingSettingPrefix.length)));
    const reading = readingSchema.safeParse(value);
    if (id.success && reading.success) readings[id.data] = reading.data;
  }
  return readings;
}
