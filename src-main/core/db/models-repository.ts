import {
  clipConfigSchema,
  starterModelNote,
  type CheckpointFormat,
  type Model,
} from '../../../src-shared/domain/model.ts';
import type { Database } from './database.ts';

interface ModelRow {
  id: string;
  name: string;
  format: CheckpointFormat;
  source_file: string;
  sha256: string;
  config: string;
  source_dtype: Model['sourceDtype'];
  size_bytes: number;
  imported_at_ms: number;
  bundled_hash: string | null;
}

/** A model as it was made; whether it came with the program is known by the hash of what it was made from. */
export type ModelToStore = Omit<Model, 'bundled' | 'note'>;

export function createModelsRepository(database: Database) {
  const toModel = (row: ModelRow): Model => ({
    id: row.id,
    name: row.name,
    format: row.format,
    sourceFile: row.source_file,
    sha256: row.sha256,
    config: clipConfigSchema.parse(JSON.parse(row.config)),
    sourceDtype: row.source_dtype,
    sizeBytes: row.size_bytes,
    importedAtMs: row.imported_at_ms,
    ...(row.bundled_hash === null ? {} : { bundled: true, note: starterModelNote }),
  });
  return {
    list(): Model[] {
      // A user's own models come first: whatever takes the first takes the one that was chosen with care.
      return database
        .all<ModelRow>('SELECT * FROM models ORDER BY bundled_hash IS NOT NULL, imported_at_ms, id')
        .map(toModel);
    },
    /** The model that came with the program, and the hash of the files that it was made from. */
    bundled(): { readonly model: Model; readonly hash: string } | null {
      const row = database.get<ModelRow>('SELECT * FROM models WHERE bundled_hash IS NOT NULL');
      if (row === undefined || row.bundled_hash === null) return null;
      return { model: toModel(row), hash: row.bundled_hash };
    },
    get(modelId: string): Model | null {
      const row = database.get<ModelRow>('SELECT * FROM models WHERE id = ?', [modelId]);
      return row === undefined ? null : toModel(row);
    },
    insert(model: ModelToStore, bundledHash: string | null = null): void {
      database.run(
        `INSERT INTO models (id, name, format, source_file, sha256, config, source_dtype, size_bytes, imported_at_ms,
           bundled_hash)
         VALUES (@id, @name, @format, @sourceFile, @sha256, @config, @sourceDtype, @sizeBytes, @importedAtMs,
           @bundledHash)`,
        { ...model, config: JSON.stringify(model.config), bundledHash },
      );
    },
    rename(modelId: string, name: string): boolean {
      return database.run('UPDATE models SET name = ? WHERE id = ?', [name, modelId]).changes > 0;
    },
    remove(modelId: string): boolean {
      return database.run('DELETE FROM models WHERE id = ?', [modelId]).changes > 0;
    },
  };
}
