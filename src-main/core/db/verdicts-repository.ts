import {
  verdictBasisSchema,
  type Verdict,
  type VerdictCounts,
  type VerdictValue,
} from '../../../src-shared/domain/verdict.ts';
import type { Database } from './database.ts';

interface VerdictRow {
  id: number;
  dataset_id: number;
  image_path: string;
  value: VerdictValue | null;
  note: string;
  author: string;
  created_at_ms: number;
  supersedes_id: number | null;
  restores_id: number | null;
  basis: string | null;
}

function toVerdict(row: VerdictRow): Verdict {
  return {
    id: row.id,
    datasetId: row.dataset_id,
    imagePath: row.image_path,
    value: row.value,
    note: row.note,
    author: row.author,
    createdAtMs: row.created_at_ms,
    supersedesId: row.supersedes_id,
    restoresId: row.restores_id,
    basis: row.basis === null ? null : verdictBasisSchema.parse(JSON.parse(row.basis)),
  };
}

/** What people said of images. Rows are added, never changed; they go only with their data set. */
export function createVerdictsRepository(database: Database) {
  const select = `SELECT v.* FROM verdicts v JOIN datasets d ON d.id = v.dataset_id WHERE d.removed_at_ms IS NULL`;
  return {
    get(verdictId: number): Verdict | null {
      const row = database.get<VerdictRow>(`${select} AND v.id = ?`, [verdictId]);
      return row === undefined ? null : toVerdict(row);
    },
    newest(datasetId: number, imagePath: string): Verdict | null {
      const row = database.get<VerdictRow>(
        `${select} AND v.dataset_id = ? AND v.image_path = ? ORDER BY v.id DESC LIMIT 1`,
        [datasetId, imagePath],
      );
      return row === undefined ? null : toVerdict(row);
    },
    /** All of an image, newest first. */
    trail(datasetId: number, imagePath: string): Verdict[] {
      return database
        .all<VerdictRow>(`${select} AND v.dataset_id = ? AND v.image_path = ? ORDER BY v.id DESC`, [
          datasetId,
          imagePath,
        ])
        .map(toVerdict);
    },
    /** A page of a data set's, oldest first, after an id (all begin after 0). */
    pageAfter(datasetId: number, afterId: number, limit: number): Verdict[] {
      return database
        .all<VerdictRow>(`${select} AND v.dataset_id = ? AND v.id > ? ORDER BY v.id LIMIT ?`, [
          datasetId,
          afterId,
          limit,
        ])
        .map(toVerdict);
    },
    /** How many of each class have which verdict now; classes by name. */
    counts(datasetId: number): VerdictCounts[] {
      return database.all<VerdictCounts>(
        `SELECT i.class_name AS className, coalesce(sum(n.value = 'good'), 0) AS good,
           coalesce(sum(n.value = 'defect'), 0) AS defect, coalesce(sum(n.value = 'unsure'), 0) AS unsure,
           sum(n.value IS NULL) AS none
         FROM images i LEFT JOIN (
           SELECT max(id), image_path, value FROM verdicts WHERE dataset_id = @datasetId GROUP BY image_path
         ) n ON n.image_path = i.path
         WHERE i.dataset_id = @datasetId GROUP BY i.class_name ORDER BY i.class_name`,
        { datasetId },
      );
    },
    /** One statement, so that a process that is killed leaves all of it or nothing. */
    insert(verdict: Omit<Verdict, 'id'>): Verdict {
      const { lastInsertRowid } = database.run(
        `INSERT INTO verdicts (dataset_id, image_path, value, note, author, created_at_ms, supersedes_id, restores_id, basis)
         VALUES (@datasetId, @imagePath, @value, @note, @author, @createdAtMs, @supersedesId, @restoresId, @basis)`,
        { ...verdict, basis: verdict.basis === null ? null : JSON.stringify(verdict.basis) },
      );
      return { ...verdict, id: lastInsertRowid };
    },
  };
}
