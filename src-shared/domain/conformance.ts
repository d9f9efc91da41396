// What lives here: the readonly types of the domain, each with the zod schema it is inferred from.
// What may not: anything that runs in one process only, and any function with a side effect.
import { z } from 'zod';

/** One item of a folder of reference numbers, held against what this build computes. */
export const conformanceItemSchema = z
  .object({
    item: z.string(),
    /** `not available`: the system that the item belongs to is not built yet. */
    state: z.enum(['pass', 'fail', 'not available']),
    /** Largest |a-b| over the item, null where nothing was compared. */
    error: z.number().nullable(),
    /** The rule it was held against, in words. */
    tolerance: z.string(),
    detail: z.string(),
  })
  .readonly();
export type ConformanceItem = z.infer<typeof conformanceItemSchema>;
