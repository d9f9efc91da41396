import { z } from 'zod';
import type { Job } from './job.ts';
import { modelAnswersSchema, modelIdSchema } from './model.ts';

const sizeBytes = z.number().int().positive();
const hostSchema = z.string().regex(/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'a host, or *. and a domain');
const httpsUrl = z.url({ protocol: /^https$/ });

/** One file at its publisher. Numbers and checksums are what somebody states; what nobody states is null. */
export const publishedFileSchema = z
  .object({
    /** A plain name without folders. */
    name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/),
    url: httpsUrl,
    sizeBytes: sizeBytes.nullable(),
    /** Nothing larger is taken, whatever the server says. */
    mostBytes: sizeBytes,
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .nullable(),
    /** Where a publisher states the beginning of the SHA-256 only. */
    sha256Prefix: z
      .string()
      .regex(/^[0-9a-f]{8,63}$/)
      .nullable(),
    /** Where size and checksum are from, in a sentence. */
    checkedBy: z.string().min(1),
    /** Where the server may send a download on to, beside its own host. */
    redirectHosts: z.array(hostSchema).readonly(),
  })
  .readonly();
export type PublishedFile = z.infer<typeof publishedFileSchema>;

/** Also the name of a folder. */
export const catalogueIdSchema = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,79}$/);

/** A public checkpoint that can be had from its publisher. */
export const catalogueEntrySchema = z
  .object({
    id: catalogueIdSchema,
    kind: z.enum(['model', 'prompts']),
    name: z.string().min(1).max(80),
    publisher: z.string().min(1),
    homepage: httpsUrl,
    licence: z.string().min(1),
    goodFor: z.string().min(1),
    /** Null where the publisher has no file that can be fetched by its address. */
    file: publishedFileSchema.nullable(),
    /** What to do instead; null where there is a file. */
    byHand: z.string().min(1).nullable(),
    /** What the file leaves open and its publisher says elsewhere. */
    answers: modelAnswersSchema,
    /** Of a model after its import: every weight as fp32. */
    diskBytes: sizeBytes.nullable(),
    /**
     * Peak of the compute process while CLIP scores images at the default size, measured on Linux with random weights of its
     * shapes; null where it was not measured.
     */
    memoryBytes: sizeBytes.nullable(),
    /** Prompts: the methods that can use them. */
    methodIds: z.array(z.string()).readonly(),
    /** Prompts: ids of catalogue models that they were learned with. */
    modelIds: z.array(z.string()).readonly(),
  })
  .readonly()
  .refine(
    (entry) => (entry.file === null) !== (entry.byHand === null),
    'an entry has a file, or says what to do by hand',
  );
export type CatalogueEntry = z.infer<typeof catalogueEntrySchema>;

export const catalogueSchema = z
  .object({ entries: z.array(catalogueEntrySchema).readonly() })
  .strict()
  .refine(({ entries }) => new Set(entries.map(({ id }) => id)).size === entries.length, 'ids are used once');

/** An entry and what there is of it on this machine. */
export const catalogueItemSchema = z
  .object({
    entry: catalogueEntrySchema,
    /** In the library, fetched from there; null where it is not. */
    modelId: modelIdSchema.nullable(),
    promptSetId: z.number().int().positive().nullable(),
    /** Bytes of it that lie in the data folder, waiting to be gone on with or imported. */
    fetchedBytes: z.number().int().nonnegative(),
    /** The command that imports its file once it is here; null where there is none to fetch. */
    importCommand: z.string().nullable(),
  })
  .readonly();
export type CatalogueItem = z.infer<typeof catalogueItemSchema>;

/** How a download is called in the list of jobs. */
export function downloadTitle({ name }: Pick<CatalogueEntry, 'name'>): string {
  return `Download ${name}`;
}

/** How the import of what was downloaded is called there. */
export function importTitle({ name }: Pick<CatalogueEntry, 'name'>): string {
  return `Import ${name}`;
}

/** Whether a job fetches this entry, or imports what was fetched of it. */
export function isDownloadOf({ kind, title }: Pick<Job, 'kind' | 'title'>, entry: CatalogueEntry): boolean {
  if (kind === 'model-download') return title === downloadTitle(entry);
  return kind === 'model-import' && title === importTitle(entry);
}
