import { z } from 'zod';
import {
  promptMethodIdSchema,
  starterPromptsNote,
  type PromptMethodId,
  type PromptSet,
} from '../../../src-shared/domain/model.ts';
import { promptProvenanceSchema, type PromptProvenance } from '../../../src-shared/domain/training.ts';
import type { Database } from './database.ts';
import { createSettingsRepository } from './settings-repository.ts';

/** A prompt set with the name of its file inside the library's prompts folder. */
export interface StoredPromptSet {
  readonly promptSet: PromptSet;
  readonly storedFile: string;
}

/** Prompts as they were made; whether they came with the program is known by what was noted of those. */
export type PromptSetToStore = Omit<PromptSet, 'id' | 'bundled' | 'note'>;

/** What was done with the prompts that the program brings for a method. A set that is gone was removed by the user. */
const bundledPromptsSchema = z
  .object({
    /** SHA-256 of the program's file, hex. */
    hash: z.string(),
    promptSetId: z.number().int().positive(),
    /** They went with their model, and come with it again. */
    comesBack: z.boolean(),
  })
  .readonly();
export type BundledPrompts = z.infer<typeof bundledPromptsSchema>;

const bundledKey = 'library.bundledPrompts';
const allBundledSchema = z.partialRecord(promptMethodIdSchema, bundledPromptsSchema).readonly();
type AllBundled = z.infer<typeof allBundledSchema>;

interface PromptSetRow {
  id: number;
  name: string;
  method_id: PromptMethodId;
  text_width: number;
  context_length: number;
  deep_blocks: number;
  deep_length: number;
  source_file: string;
  stored_file: string;
  sha256: string;
  imported_at_ms: number;
  provenance: string | null;
}

/** What a newer program stored in another form is left out rather than the prompts with it. */
function provenanceOf(json: string | null): { provenance?: PromptProvenance } {
  const parsed = promptProvenanceSchema.safeParse(json === null ? null : JSON.parse(json));
  return parsed.success ? { provenance: parsed.data } : {};
}

export function createPromptSetsRepository(database: Database) {
  const settings = createSettingsRepository(database);
  /** What cannot be read is as if the program had brought none yet. */
  const allBundled = (): AllBundled => allBundledSchema.safeParse(settings.get(bundledKey)).data ?? {};
  const idsOfBundled = () => new Set(Object.values(allBundled()).map(({ promptSetId }) => promptSetId));
  const toStored = (row: PromptSetRow, bundledIds: ReadonlySet<number>): StoredPromptSet => ({
    storedFile: row.stored_file,
    promptSet: {
      id: row.id,
      name: row.name,
      methodId: row.method_id,
      textWidth: row.text_width,
      contextLength: row.context_length,
      deepBlocks: row.deep_blocks,
      deepLength: row.deep_length,
      sourceFile: row.source_file,
      sha256: row.sha256,
      importedAtMs: row.imported_at_ms,
      ...provenanceOf(row.provenance),
      ...(bundledIds.has(row.id) ? { bundled: true, note: starterPromptsNote } : {}),
    },
  });
  /** A user's own come first, as with models: whatever takes the first takes those that were chosen with care. */
  const listStored = (): StoredPromptSet[] => {
    const bundledIds = idsOfBundled();
    const all = database
      .all<PromptSetRow>('SELECT * FROM prompt_sets ORDER BY id')
      .map((row) => toStored(row, bundledIds));
    return [
      ...all.filter(({ promptSet }) => promptSet.bundled !== true),
      ...all.filter(({ promptSet }) => promptSet.bundled === true),
    ];
  };
  return {
    list: (): PromptSet[] => listStored().map(({ promptSet }) => promptSet),
    listStored,
    /** What was done with the prompts that the program brings, by method. */
    allBundled,
    setBundled(methodId: PromptMethodId, bundled: BundledPrompts): void {
      settings.set(bundledKey, { ...allBundled(), [methodId]: bundled });
    },
    get(promptSetId: number): StoredPromptSet | null {
      const row = database.get<PromptSetRow>('SELECT * FROM prompt_sets WHERE id = ?', [promptSetId]);
      return row === undefined ? null : toStored(row, idsOfBundled());
    },
    /** `id`: of the same prompts, when they were here before; null: the next. */
    insert(promptSet: PromptSetToStore, storedFile: string, id: number | null = null): PromptSet {
      const inserted = database.run(
        `INSERT INTO prompt_sets (id, name, method_id, text_width, context_length, deep_blocks, deep_length, source_file,
           stored_file, sha256, imported_at_ms, provenance)
         VALUES (@id, @name, @methodId, @textWidth, @contextLength, @deepBlocks, @deepLength, @sourceFile, @storedFile,
           @sha256, @importedAtMs, @provenance)`,
        {
          ...promptSet,
          id,
          storedFile,
          provenance: promptSet.provenance === undefined ? null : JSON.stringify(promptSet.provenance),
        },
      ).lastInsertRowid;
      return { ...promptSet, id: inserted };
    },
    rename(promptSetId: number, name: string): boolean {
      return database.run('UPDATE prompt_sets SET name = ? WHERE id = ?', [name, promptSetId]).changes > 0;
    },
    remove(promptSetId: number): boolean {
      return database.run('DELETE FROM prompt_sets WHERE id = ?', [promptSetId]).changes > 0;
    },
  };
}
