import { clipConfigSchema, type CheckpointFormat, type Model } from '../../../src-shared/domain/model.ts';
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
}

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
  });
  return {
    list(): Model[] {
      return database.all<ModelRow>('SELECT * FROM models ORDER BY imported_at_ms, id').map(toModel);
    },
    get(modelId: string): Model | null {
      const row = database.get<ModelRow>('SELECT * FROM models WHERE id = ?', [modelId]);
      return row === undefined ? null : toModel(row);
    },
    insert(model: Model): void {
      database.run(
        `INSERT INTO models (id, name, format, source_file, sha256, config, source_dtype, size_bytes, imported_at_ms)
         VALUES (@id, @name, @format, @sourceFile, @sha256, @config, @sourceDtype, @sizeBytes, @importedAtMs)`,
        { ...model, config: JSON.stringify(model.config) },
      );
    },
    remove(modelId: string): boolean {
      return database.run('DELETE FROM models WHERE id = ?', [modelId]).changes > 0;
    },
  };
}
