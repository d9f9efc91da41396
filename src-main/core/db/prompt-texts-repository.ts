import { z } from 'zod';
import {
  promptTextSchema,
  type PromptText,
  type SavedPromptText,
} from '../../../src-shared/domain/prompt-text.ts';
import type { Database } from './database.ts';

interface PromptTextRow {
  id: number;
  name: string;
  text: string;
  changed_at_ms: number;
}

const storedSchema = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(promptTextSchema);

function toSaved(row: PromptTextRow): SavedPromptText {
  return { id: row.id, name: row.name, text: storedSchema.parse(row.text), changedAtMs: row.changed_at_ms };
}

/** Texts of hand-written prompts under their names. */
export function createPromptTextsRepository(database: Database) {
  return {
    /** By name. */
    list(): SavedPromptText[] {
      return database
        .all<PromptTextRow>('SELECT * FROM prompt_texts ORDER BY name COLLATE NOCASE, id')
        .map(toSaved);
    },
    get(id: number): SavedPromptText | null {
      const row = database.get<PromptTextRow>('SELECT * FROM prompt_texts WHERE id = ?', [id]);
      return row === undefined ? null : toSaved(row);
    },
    /** One that has the name gets the new text. */
    save(name: string, text: PromptText, nowMs: number): SavedPromptText {
      database.run(
        `INSERT INTO prompt_texts (name, text, changed_at_ms) VALUES (@name, @text, @nowMs)
         ON CONFLICT (name) DO UPDATE SET text = excluded.text, changed_at_ms = excluded.changed_at_ms`,
        { name, text: JSON.stringify(text), nowMs },
      );
      const row = database.get<PromptTextRow>('SELECT * FROM prompt_texts WHERE name = ?', [name]);
      if (row === undefined) throw new Error(`the prompts «${name}» were stored and are not there`);
      return toSaved(row);
    },
    /** False where there is none. */
    remove(id: number): boolean {
      return database.run('DELETE FROM prompt_texts WHERE id = ?', [id]).changes > 0;
    },
  };
}
