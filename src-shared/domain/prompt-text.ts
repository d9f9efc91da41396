import { z } from 'zod';

/** Where the object stands in a state (`flawless {}`), and the state in a template (`a photo of a {}.`). */
export const promptSlot = '{}';

/** So many states of a kind, templates, and sentences of a kind that come of them. */
export const promptTextLimits = { states: 64, templates: 200, sentences: 1000, letters: 300 } as const;

// eslint's no-control-regex does not know that refusing them is the point.
const hasControls = /\p{Cc}/u;

const phraseSchema = z
  .string()
  .trim()
  .min(1, 'is empty')
  .max(promptTextLimits.letters, `is longer than ${promptTextLimits.letters} letters`)
  .refine((text) => text.includes(promptSlot), `needs ${promptSlot} where the object stands`)
  .refine((text) => !hasControls.test(text), 'holds characters that are no text');

const statesSchema = z
  .array(phraseSchema)
  .min(1, 'needs at least one phrase')
  .max(promptTextLimits.states, `has more than ${promptTextLimits.states} phrases`)
  .readonly();

const templatesSchema = z
  .array(phraseSchema)
  .min(1, 'needs at least one template')
  .max(promptTextLimits.templates, `has more than ${promptTextLimits.templates} templates`)
  .readonly();

export const promptTextNameSchema = z.string().trim().min(1).max(80);

/** The words of hand-written prompts: every state of the object stands in every template. */
export const promptTextSchema = z
  .strictObject({
    /** What it was saved under. */
    name: promptTextNameSchema.optional(),
    normal: statesSchema,
    abnormal: statesSchema,
    templates: templatesSchema,
  })
  .readonly()
  .refine(
    ({ normal, abnormal, templates }) =>
      Math.max(normal.length, abnormal.length) * templates.length <= promptTextLimits.sentences,
    `makes more than ${promptTextLimits.sentences} sentences of a kind`,
  );
export type PromptText = z.infer<typeof promptTextSchema>;

/** A prompt text as a file has it; what is absent is the method's own. */
export const promptFileSchema = z
  .strictObject({
    name: promptTextNameSchema.optional(),
    normal: statesSchema.optional(),
    abnormal: statesSchema.optional(),
    templates: templatesSchema.optional(),
    /** Words for the object by class name. */
    objects: z.record(z.string().min(1).max(500), z.string().trim().min(1).max(200)).optional(),
  })
  .readonly();
export type PromptFile = z.infer<typeof promptFileSchema>;

export const savedPromptTextSchema = z
  .object({
    id: z.number().int().positive(),
    name: promptTextNameSchema,
    text: promptTextSchema,
    changedAtMs: z.number().int(),
  })
  .readonly();
export type SavedPromptText = z.infer<typeof savedPromptTextSchema>;

/** A text, and the words of the objects that it is about. */
export const promptMeasureParamsSchema = z.strictObject({
  text: promptTextSchema,
  objects: z.array(z.string().max(500)).min(1).max(1000),
  contextLength: z.number().int().min(8).max(1024),
});

/** How the tokenizer reads a text: tokens with the two marks at a sentence's ends. */
export const promptMeasureSchema = z
  .object({
    /** About one object. */
    sentenceCount: z.number().int().nonnegative(),
    mostTokens: z.number().int().nonnegative(),
    /** Sentences that are longer than the context, the first of them. */
    tooLong: z.array(z.object({ sentence: z.string(), tokens: z.number().int() }).readonly()).readonly(),
    tooLongCount: z.number().int().nonnegative(),
    /** Words of objects that the vocabulary does not have and that are spelt out in three pieces or more. */
    spelt: z
      .array(z.object({ object: z.string(), word: z.string(), pieces: z.number().int() }).readonly())
      .readonly(),
  })
  .readonly();
export type PromptMeasure = z.infer<typeof promptMeasureSchema>;

/** Every sentence about an object, state by state. */
export function sentencesOf(
  { normal, abnormal, templates }: PromptText,
  object: string,
): { readonly normal: readonly string[]; readonly abnormal: readonly string[] } {
  const about = (states: readonly string[]) =>
    states.flatMap((state) => {
      const words = state.replaceAll(promptSlot, () => object);
      return templates.map((template) => template.replaceAll(promptSlot, () => words));
    });
  return { normal: about(normal), abnormal: about(abnormal) };
}

/** Whether two texts make the same sentences; names do not count. */
export function isSameText(a: PromptText, b: PromptText): boolean {
  const parts = ({ normal, abnormal, templates }: PromptText) =>
    JSON.stringify([normal, abnormal, templates]);
  return parts(a) === parts(b);
}

/** Four letters that tell texts without a name apart: FNV-1a over the sentences' parts, 16 bits of it. */
export function textMark({ normal, abnormal, templates }: PromptText): string {
  let hash = 0x811c9dc5;
  for (const letter of JSON.stringify([normal, abnormal, templates]))
    hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return ((hash ^ (hash >>> 16)) & 0xffff).toString(16).padStart(4, '0');
}
