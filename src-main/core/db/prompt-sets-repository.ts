import type { PromptMethodId, PromptSet } from '../../../src-shared/domain/model.ts';
import { promptProvenanceSchema, type PromptProvenance } from '../../../src-shared/domain/training.ts';
import type { Database } from './database.ts';

/** A prompt set with the name of its file inside the library's prompts folder. */
export interface StoredPromptSet {
  readonly promptSet: PromptSet;
  readonly storedFile: string;
}

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
  const toStored = (row: PromptSetRow): StoredPromptSet => ({
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
    },
  });
  return {
    list(): PromptSet[] {
      return database
        .all<PromptSetRow>('SELECT * FROM prompt_sets ORDER BY id')
        .map((row) => toStored(row).promptSet);
    },
    listStored(): StoredPromptSet[] {
      return database.all<PromptSetRow>('SELECT * FROM prompt_sets ORDER BY id').map(toStored);
    },
    get(promptSetId: number): StoredPromptSet | null {
      const row = database.get<PromptSetRow>('SELECT * FROM prompt_sets WHERE id = ?', [promptSetId]);
      return row === undefined ? null : toStored(row);
    },
    insert(promptSet: Omit<PromptSet, 'id'>, storedFile: string): PromptSet {
      const id = database.run(
        `INSERT INTO prompt_sets (name, method_id, text_width, context_length, deep_blocks, deep_length, source_file,
           stored_file, sha256, imported_at_ms, provenance)
         VALUES (@name, @methodId, @textWidth, @contextLength, @deepBlocks, @deepLength, @sourceFile, @storedFile,
           @sha256, @importedAtMs, @provenance)`,
        {
          ...promptSet,
          storedFile,
          provenance: promptSet.provenance === undefined ? null : JSON.stringify(promptSet.provenance),
        },
      ).lastInsertRowid;
      return { ...promptSet, id };
    },
    rename(promptSetId: number, name: string): boolean {
      return database.run('UPDATE prompt_sets SET name = ? WHERE id = ?', [name, promptSetId]).changes > 0;
    },
    remove(promptSetId: number): boolean {
      return database.run('DELETE FROM prompt_sets WHERE id = ?', [promptSetId]).changes > 0;
    },
  };
}
