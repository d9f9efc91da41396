import type { Label, Split } from '../../../src-shared/domain/dataset.ts';
import type { ImageColumns } from '../../../src-shared/domain/run.ts';
import type { VerdictValue } from '../../../src-shared/domain/verdict.ts';
import type { Database } from './database.ts';

interface ColumnsRow {
  readonly id: number;
  readonly path: string;
  readonly className: string;
  readonly label: Label | null;
  readonly split: Split | null;
  readonly aspect: number;
}

/** Every image of a data set by path, with its newest verdict and, if a run is named, that run's score. */
export function readImageColumns(database: Database, datasetId: number, runId: number | null): ImageColumns {
  const rows = database.all<ColumnsRow>(
    `SELECT id, path, class_name AS className, label, split, round(1.0 * width_px / height_px, 3) AS aspect
     FROM images WHERE dataset_id = ? ORDER BY path`,
    [datasetId],
  );
  const scores = new Map<number, number>();
  if (runId !== null) {
    const scored = database.all<{ id: number; score: number }>(
      'SELECT image_id AS id, score FROM results WHERE run_id = ? AND score IS NOT NULL',
      [runId],
    );
    for (const { id, score } of scored) scores.set(id, score);
  }
  // SQLite takes the other columns of a row with a lone max() from the row that has it.
  const newest = database.all<{ path: string; value: VerdictValue | null; note: string }>(
    'SELECT max(id), image_path AS path, value, note FROM verdicts WHERE dataset_id = ? GROUP BY image_path',
    [datasetId],
  );
  const verdicts = new Map(newest.map((row) => [row.path, row]));
  const named = database.all<{ path: string }>('SELECT DISTINCT path FROM problems WHERE dataset_id = ?', [
    datasetId,
  ]);
  const problems = new Set(named.map(({ path }) => path));
  const classIndex = new Map<string, number>();
  const classes = rows.map(({ className }) => {
    const index = classIndex.get(className) ?? classIndex.size;
    classIndex.set(className, index);
    return index;
  });
  return {
    classNames: [...classIndex.keys()],
    imageIds: rows.map((row) => row.id),
    paths: rows.map((row) => row.path),
    classes,
    labels: rows.map((row) => row.label),
    scores: rows.map((row) => scores.get(row.id) ?? null),
    verdicts: rows.map((row) => verdicts.get(row.path)?.value ?? null),
    hasNote: rows.map((row) => (verdicts.get(row.path)?.note ?? '') !== ''),
    splits: rows.map((row) => row.split),
    hasProblem: rows.map((row) => problems.has(row.path)),
    // A line of a single pixel still has a shape.
    aspects: rows.map((row) => Math.max(0.001, row.aspect)),
  };
}
