import { operatingPointSchema, type OperatingPoint } from '../../../src-shared/domain/operating-point.ts';
import type { Database } from './database.ts';

interface OperatingPointRow {
  id: number;
  name: string;
  dataset_id: number;
  run_id: number;
  created_at_ms: number;
  details: string;
}

function toOperatingPoint(row: OperatingPointRow): OperatingPoint {
  const details: unknown = JSON.parse(row.details);
  return operatingPointSchema.parse({
    ...(details as object),
    id: row.id,
    name: row.name,
    datasetId: row.dataset_id,
    runId: row.run_id,
    createdAtMs: row.created_at_ms,
  });
}

/** Saved thresholds. A removed one keeps its row: reports may name it. */
export function createOperatingPointsRepository(database: Database) {
  const columns = 'id, name, dataset_id, run_id, created_at_ms, details';
  const select = `SELECT ${columns} FROM operating_points WHERE removed_at_ms IS NULL`;
  return {
    /** Newest first; null: of all data sets. */
    list(datasetId: number | null): OperatingPoint[] {
      const rows =
        datasetId === null
          ? database.all<OperatingPointRow>(`${select} ORDER BY id DESC`)
          : database.all<OperatingPointRow>(`${select} AND dataset_id = ? ORDER BY id DESC`, [datasetId]);
      return rows.map(toOperatingPoint);
    },
    /** Of a data set with the removed ones, newest first. */
    everOf(datasetId: number): OperatingPoint[] {
      return database
        .all<OperatingPointRow>(
          `SELECT ${columns} FROM operating_points WHERE dataset_id = ? ORDER BY id DESC`,
          [datasetId],
        )
        .map(toOperatingPoint);
    },
    get(id: number): OperatingPoint | null {
      const row = database.get<OperatingPointRow>(`${select} AND id = ?`, [id]);
      return row === undefined ? null : toOperatingPoint(row);
    },
    /** Also one that was removed. */
    getEver(id: number): OperatingPoint | null {
      const row = database.get<OperatingPointRow>(`SELECT ${columns} FROM operating_points WHERE id = ?`, [
        id,
      ]);
      return row === undefined ? null : toOperatingPoint(row);
    },
    insert(point: Omit<OperatingPoint, 'id'>): OperatingPoint {
      const { name, datasetId, runId, createdAtMs, ...details } = point;
      const { lastInsertRowid } = database.run(
        `INSERT INTO operating_points (name, dataset_id, run_id, created_at_ms, details)
         VALUES (@name, @datasetId, @runId, @createdAtMs, @details)`,
        { name, datasetId, runId, createdAtMs, details: JSON.stringify(details) },
      );
      return { ...point, id: lastInsertRowid };
    },
    rename(id: number, name: string): void {
      database.run('UPDATE operating_points SET name = ? WHERE id = ?', [name, id]);
    },
    markRemoved(id: number, atMs: number): void {
      database.run('UPDATE operating_points SET removed_at_ms = ? WHERE id = ?', [atMs, id]);
    },
  };
}
