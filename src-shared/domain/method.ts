import { z } from 'zod';
import { promptTextSchema } from './prompt-text.ts';

export const methodIdSchema = z.enum([
  'baseline',
  'clip',
  'clip-ac',
  'winclip',
  'anomalyclip',
  'faprompt',
  'coop',
]);
export type MethodId = z.infer<typeof methodIdSchema>;

/** How a patch map becomes a pixel map: bilinear (align_corners = false) to size×size, then a Gaussian of `sigmaPx` there. */
export const mapRenderingSchema = z
  .object({
    sizePx: z.number().int().positive(),
    /** 0: no smoothing. scipy.ndimage.gaussian_filter: reflected border, truncated at 4 sigma. */
    sigmaPx: z.number().nonnegative(),
  })
  .readonly();
export type MapRendering = z.infer<typeof mapRenderingSchema>;

/**
 * DPAM's attention: values attend by values, queries or keys (methods.md §2); `ensemble`: along each of the three paths for itself,
 * and the similarities to a text are averaged before their softmax (methods.md §9, «averages logits»).
 */
export const dpamVariantSchema = z.enum(['vv', 'qq', 'kk', 'ensemble']);
export type DpamVariant = z.infer<typeof dpamVariantSchema>;

/** Settings a run is made with. What a method does not use it ignores; what is absent gets the method's default. */
export const methodSettingsSchema = z
  .object({
    /** Side of the square the model sees, in pixels; a multiple of the model's patch size. */
    imageSizePx: z.number().int().min(16).max(2048).optional(),
    /** Words put in place of the class name in hand-written prompts. */
    objectName: z.string().min(1).max(200).optional(),
    /** The same for single classes, by class name; wins over `objectName`. */
    objectNames: z.record(z.string().min(1).max(500), z.string().min(1).max(200)).readonly().optional(),
    /** The words of hand-written prompts; absent: the method's own. */
    promptText: promptTextSchema.optional(),
    dpam: dpamVariantSchema.optional(),
    /** Blocks, counted from the last, that get DPAM's second attention path; 0: none, patches are of the ordinary one. */
    dpamBlocks: z.number().int().nonnegative().max(256).optional(),
    /** Blocks, counted from 1, whose patch features make the map. */
    layers: z.array(z.number().int().positive()).min(1).max(64).readonly().optional(),
    sigmaPx: z.number().nonnegative().max(64).optional(),
    /** Which patches make FAPrompt's prior: the most abnormal (the paper), or the first ones (the released code, and checkpoints it trained). */
    faPromptSelection: z.enum(['paper', 'released']).optional(),
    /** How WinCLIP averages its sentences: raw embeddings (default), or each brought to unit length first. */
    winclipAveraging: z.enum(['raw', 'normalised']).optional(),
    /** Normal reference images of each class that WinCLIP compares with; 0 or absent: none. */
    shots: z.number().int().min(0).max(64).optional(),
    /** Draws a few-shot method's references instead of taking the first by path. */
    referenceSeed: z.number().int().nonnegative().max(0xffff_ffff).optional(),
  })
  .readonly();
export type MethodSettings = z.infer<typeof methodSettingsSchema>;

export const methodInfoSchema = z
  .object({
    id: methodIdSchema,
    name: z.string(),
    /** One sentence a newcomer understands. */
    summary: z.string(),
    needsModel: z.boolean(),
    needsLearnedPrompts: z.boolean(),
    /** Null where it can run with what is installed, else what is missing and what to do. */
    unavailable: z.string().nullable(),
  })
  .readonly();
export type MethodInfo = z.infer<typeof methodInfoSchema>;
