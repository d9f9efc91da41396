import { z } from 'zod';

/** Parameters of a method that takes none. */
export const none = z.object({}).strict();
/** The result of a method that has nothing to tell but that it is done. */
export const ok = z.object({ ok: z.literal(true) });
export const filePath = z.string().min(1).max(4096);
export const sizeBytes = z.number().int().nonnegative();
/** A part of a list that may be long. */
export const page = { offset: z.number().int().nonnegative(), limit: z.number().int().min(1).max(1000) };
