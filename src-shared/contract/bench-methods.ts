import { z } from 'zod';
import { idSchema } from '../domain/dataset.ts';
import {
  benchPromptsSchema,
  benchResultSchema,
  benchSchema,
  benchWishSchema,
} from '../domain/prompt-bench.ts';
import { ok } from './method-parts.ts';

/** Trying prompts on a few images whose features stay in memory; a part of `contractMethods`. */
export const benchMethods = {
  /**
   * Lays images on a bench; their features are made by the first `bench.score`. Throws `not-found` for an image that is not of the
   * data set, `unsupported` for a method without prompts and for reference images, else what starting a run throws.
   */
  'bench.open': { params: benchWishSchema, result: benchSchema },
  /**
   * Scores every image by these prompts. The first call makes features, told by `bench.preparing`; later ones encode new sentences
   * alone. A newer call ends one that waits, which rejects with `cancelled`. Throws `not-found` where the bench was closed (open
   * another), `incompatible` for prompts of another method or model, `bad-request` for a sentence that is too long.
   */
  'bench.score': {
    params: z.strictObject({ benchId: idSchema, prompts: benchPromptsSchema }),
    result: z.object({ results: z.array(benchResultSchema), durationMs: z.number() }),
  },
  /** Frees its memory; silent where it is closed already. */
  'bench.close': { params: z.strictObject({ benchId: idSchema }), result: ok },
} as const;
