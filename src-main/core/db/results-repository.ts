import type { ImageCrop, Label } from '../../../src-shared/domain/dataset.ts';
import type { LeftOut, Result, Run, RunScores } from '../../../src-shared/domain/run.ts';
import type { Database } from './database.ts';
import { withRegion, type WithRegion } from './image-region.ts';

interface ResultRow {
  run_id: number;
  image_id: number;
  score: number | null;
  error: string | null;
  map_rows: number;
  map_columns: number;
  duration_ms: number;
}

/** An image a run has not looked at yet. */
export interface ScanTarget {
  readonly imageId: number;
  readonly path: string;
  readonly className: string;
  /** The file that it is a part of, and which; absent where `path` is the file (`fileOf` in domain/dataset.ts). */
  readonly filePath?: string;
  readonly crop?: ImageCrop;
}

/** What a run looks through; without a class all of the data set. */
export type ScanScope = Pick<Run, 'datasetId' | 'className'>;

/** A scored image as a scan stores it; `patchMap` is in the form of `maps/patch-map-codec.ts`, of `rows`×`columns`. */
export interface ScoredImage {
  readonly score: number;
  readonly rows: number;
  readonly columns: number;
  readonly patchMap: Uint8Array;
  readonly mapMin: number;
  readonly mapMax: number;
  readonly durationMs: number;
}

interface ScoreRow {
  readonly id: number;
  readonly score: number;
  readonly className: string;
  readonly label: Label | null;
  readonly leftOut: LeftOut | null;
}

export interface LabelledScore {
  readonly className: string;
  readonly label: Label;
  readonly score: number;
}

export function createResultsRepository(database: Database) {
  const toResult = (row: ResultRow): Result => ({
    runId: row.run_id,
    imageId: row.image_id,
    score: row.score,
    error: row.error,
    mapRows: row.map_rows,
    mapColumns: row.map_columns,
    durationMs: row.duration_ms,
  });

  /** Whether there is nothing to store: the image or the run was removed meanwhile, or the run has its result. */
  const isSettled = (runId: number, imageId: number) =>
    database.get(
      `SELECT 1 FROM images i, runs WHERE i.id = @imageId AND runs.id = @runId AND runs.removed_at_ms IS NULL
         AND NOT EXISTS (SELECT 1 FROM results r WHERE r.run_id = @runId AND r.image_id = @imageId)`,
      { runId, imageId },
    ) === undefined;

  /** Of image `i` and the run ids in `@runIds`. */
  const lacksAny = `EXISTS (SELECT 1 FROM json_each(@runIds) wanted WHERE NOT EXISTS (
    SELECT 1 FROM results r WHERE r.run_id = wanted.value AND r.image_id = i.id))`;
  /** Runs of one job look through the same images: those of one class, or all. */
  const inScope = `(@className IS NULL OR i.class_name = @className)`;
  /** Whether image `i` was shown to run `@runId` as a reference: it cannot be judged by what it was taught. */
  const isReference = `EXISTS (SELECT 1 FROM run_references f WHERE f.run_id = @runId AND f.path = i.path)`;

  return {
    /** The next images that any of these runs has no result of, by id. */
    nextTargets(
      runIds: readonly number[],
      { datasetId, className }: ScanScope,
      afterImageId: number,
      limit: number,
    ): ScanTarget[] {
      return database
        .all<WithRegion<ScanTarget>>(
          `SELECT i.id AS imageId, i.path, i.class_name AS className, i.file_path AS filePath, i.crop FROM images i
           WHERE i.dataset_id = @datasetId AND ${inScope} AND i.id > @after AND ${lacksAny}
           ORDER BY i.id LIMIT @limit`,
          {
            ...{ runIds: JSON.stringify(runIds), datasetId, className: className ?? null },
            ...{ after: afterImageId, limit },
          },
        )
        .map((row) => withRegion<ScanTarget>(row));
    },
    /** How many images any of these runs has no result of. */
    countTargets(runIds: readonly number[], { datasetId, className }: ScanScope): number {
      const row = database.get<{ n: number }>(
        `SELECT count(*) AS n FROM images i WHERE i.dataset_id = @datasetId AND ${inScope} AND ${lacksAny}`,
        { runIds: JSON.stringify(runIds), datasetId, className: className ?? null },
      );
      return row?.n ?? 0;
    },
    /** How many images at least one of these runs could not score. */
    countFailedImages(runIds: readonly number[]): number {
      const row = database.get<{ n: number }>(
        `SELECT count(DISTINCT image_id) AS n FROM results
         WHERE run_id IN (SELECT value FROM json_each(?)) AND score IS NULL`,
        [JSON.stringify(runIds)],
      );
      return row?.n ?? 0;
    },
    /**
     * Stores a score and its map, and widens the run's scale, in one transaction. Passed over: an image or a run removed
     * meanwhile, and an image that the run has a result of.
     */
    storeScore(runId: number, target: ScanTarget, scored: ScoredImage): void {
      database.transaction(() => {
        if (isSettled(runId, target.imageId)) return;
        database.run(
          `INSERT INTO results (run_id, image_id, class_name, score, error, map_rows, map_columns, duration_ms)
           VALUES (?, ?, ?, ?, NULL, ?, ?, ?)`,
          [
            runId,
            target.imageId,
            target.className,
            scored.score,
            scored.rows,
            scored.columns,
            scored.durationMs,
          ],
        );
        database.run(
          'INSERT INTO result_maps (run_id, image_id, patch_map, map_min, map_max) VALUES (?, ?, ?, ?, ?)',
          [runId, target.imageId, scored.patchMap, scored.mapMin, scored.mapMax],
        );
        database.run(
          `UPDATE runs SET scored_count = scored_count + 1,
             score_min = min(ifnull(score_min, @score), @score), score_max = max(ifnull(score_max, @score), @score),
             map_min = min(ifnull(map_min, @mapMin), @mapMin), map_max = max(ifnull(map_max, @mapMax), @mapMax)
           WHERE id = @runId`,
          { runId, score: scored.score, mapMin: scored.mapMin, mapMax: scored.mapMax },
        );
      });
    },
    /** Stores that an image could not be scored, and why. */
    storeFailure(runId: number, target: ScanTarget, message: string, durationMs: number): void {
      database.transaction(() => {
        if (isSettled(runId, target.imageId)) return;
        database.run(
          `INSERT INTO results (run_id, image_id, class_name, score, error, map_rows, map_columns, duration_ms)
           VALUES (?, ?, ?, NULL, ?, 0, 0, ?)`,
          [runId, target.imageId, target.className, message, durationMs],
        );
        database.run('UPDATE runs SET failed_count = failed_count + 1 WHERE id = ?', [runId]);
      });
    },

    get(runId: number, imageId: number): Result | null {
      const row = database.get<ResultRow>('SELECT * FROM results WHERE run_id = ? AND image_id = ?', [
        runId,
        imageId,
      ]);
      return row === undefined ? null : toResult(row);
    },
    byImages(runId: number, imageIds: readonly number[]): Map<number, Result> {
      const rows = database.all<ResultRow>(
        'SELECT * FROM results WHERE run_id = ? AND image_id IN (SELECT value FROM json_each(?))',
        [runId, JSON.stringify(imageIds)],
      );
      return new Map(rows.map((row) => [row.image_id, toResult(row)]));
    },
    /** In the form of `maps/patch-map-codec.ts`. */
    patchMap(runId: number, imageId: number): Uint8Array | null {
      return (
        database.get<{ bytes: Uint8Array }>(
          `SELECT m.patch_map AS bytes FROM result_maps m
           JOIN runs ON runs.id = m.run_id JOIN datasets d ON d.id = runs.dataset_id
           WHERE m.run_id = ? AND m.image_id = ? AND runs.removed_at_ms IS NULL AND d.removed_at_ms IS NULL`,
          [runId, imageId],
        )?.bytes ?? null
      );
    },

    countScored(runId: number, className: string | null): number {
      const row =
        className === null
          ? database.get<{ n: number }>(
              'SELECT count(*) AS n FROM results WHERE run_id = ? AND score IS NOT NULL',
              [runId],
            )
          : database.get<{ n: number }>(
              'SELECT count(*) AS n FROM results WHERE run_id = ? AND class_name = ? AND score IS NOT NULL',
              [runId, className],
            );
      return row?.n ?? 0;
    },
    /** A page of scored image ids by score; an index alone answers it. */
    idsByScore(
      runId: number,
      className: string | null,
      page: { descending: boolean; offset: number; limit: number },
    ): number[] {
      const order = page.descending ? 'DESC' : 'ASC';
      const rows =
        className === null
          ? database.all<{ id: number }>(
              `SELECT image_id AS id FROM results WHERE run_id = ? AND score IS NOT NULL
               ORDER BY score ${order}, image_id ${order} LIMIT ? OFFSET ?`,
              [runId, page.limit, page.offset],
            )
          : database.all<{ id: number }>(
              `SELECT image_id AS id FROM results WHERE run_id = ? AND class_name = ? AND score IS NOT NULL
               ORDER BY score ${order}, image_id ${order} LIMIT ? OFFSET ?`,
              [runId, className, page.limit, page.offset],
            );
      return rows.map((row) => row.id);
    },
    /** A page of images that the run has no score for, by path. */
    idsWithoutScore(
      runId: number,
      datasetId: number,
      className: string | null,
      page: { offset: number; limit: number },
    ): number[] {
      return database
        .all<{ id: number }>(
          `SELECT i.id FROM images i
           WHERE i.dataset_id = @datasetId ${className === null ? '' : 'AND i.class_name = @className'}
             AND NOT EXISTS (
               SELECT 1 FROM results r WHERE r.run_id = @runId AND r.image_id = i.id AND r.score IS NOT NULL)
           ORDER BY i.path LIMIT @limit OFFSET @offset`,
          { runId, datasetId, ...(className === null ? {} : { className }), ...page },
        )
        .map((row) => row.id);
    },
    /** Every score of a run in columns, worst first. */
    scores(runId: number): RunScores {
      const rows = database.all<ScoreRow>(
        `SELECT r.image_id AS id, r.score, r.class_name AS className, i.label,
           CASE WHEN i.split = 'train' THEN 'train' WHEN ${isReference} THEN 'reference' END AS leftOut
         FROM results r JOIN images i ON i.id = r.image_id
         WHERE r.run_id = @runId AND r.score IS NOT NULL ORDER BY r.score DESC, r.image_id DESC`,
        { runId },
      );
      const classIndex = new Map<string, number>();
      const classes = rows.map(({ className }) => {
        const index = classIndex.get(className) ?? classIndex.size;
        classIndex.set(className, index);
        return index;
      });
      return {
        classNames: [...classIndex.keys()],
        imageIds: rows.map((row) => row.id),
        scores: rows.map((row) => row.score),
        labels: rows.map((row) => row.label),
        classes,
        leftOut: rows.map((row) => row.leftOut),
      };
    },
    countFailures(runId: number): number {
      return (
        database.get<{ n: number }>('SELECT count(*) AS n FROM results WHERE run_id = ? AND score IS NULL', [
          runId,
        ])?.n ?? 0
      );
    },
    failures(
      runId: number,
      offset: number,
      limit: number,
    ): { imageId: number; path: string; message: string }[] {
      return database.all(
        `SELECT r.image_id AS imageId, i.path, r.error AS message FROM results r JOIN images i ON i.id = r.image_id
         WHERE r.run_id = ? AND r.score IS NULL ORDER BY r.image_id LIMIT ? OFFSET ?`,
        [runId, limit, offset],
      );
    },
    /** Scores of labelled images outside the train split and the run's references: what image AUROC is made of. */
    labelledScores(runId: number): LabelledScore[] {
      return database.all<LabelledScore>(
        `SELECT r.class_name AS className, i.label, r.score FROM results r JOIN images i ON i.id = r.image_id
         WHERE r.run_id = @runId AND r.score IS NOT NULL AND i.label IS NOT NULL AND i.split IS NOT 'train'
           AND NOT ${isReference}`,
        { runId },
      );
    },
    /** Classes of which some labelled image outside the train split and the run's references has no result yet. */
    unfinishedClasses(runId: number, datasetId: number): Set<string> {
      const rows = database.all<{ name: string }>(
        `SELECT DISTINCT i.class_name AS name FROM images i
         WHERE i.dataset_id = @datasetId AND i.label IS NOT NULL AND i.split IS NOT 'train'
           AND NOT EXISTS (SELECT 1 FROM results r WHERE r.run_id = @runId AND r.image_id = i.id)
           AND NOT ${isReference}`,
        { runId, datasetId },
      );
      return new Set(rows.map((row) => row.name));
    },

    /** Forgets that images (null: all) could not be scored, so that a scan takes them up again; `recount` follows. */
    forgetFailures(runId: number, imageId: number | null): boolean {
      return (
        database.run(
          'DELETE FROM results WHERE run_id = @runId AND score IS NULL AND image_id = ifnull(@imageId, image_id)',
          { runId, imageId },
        ).changes > 0
      );
    },
    /** Forgets what all runs said of an image, because its file is another one now. */
    forgetImage(imageId: number): boolean {
      return database.run('DELETE FROM results WHERE image_id = ?', [imageId]).changes > 0;
    },
    /** Keeps what all runs said of an image whose class has another name now. */
    setClass(imageId: number, className: string): void {
      database.run('UPDATE results SET class_name = ? WHERE image_id = ?', [className, imageId]);
    },
    /** Counts and scale of a data set's runs from what is stored, after results were taken away. */
    recount(datasetId: number): void {
      database.run(
        `UPDATE runs SET (scored_count, failed_count, score_min, score_max) = (
             SELECT count(score), count(*) - count(score), min(score), max(score) FROM results WHERE run_id = runs.id),
           (map_min, map_max) = (SELECT min(map_min), max(map_max) FROM result_maps WHERE run_id = runs.id)
         WHERE dataset_id = ?`,
        [datasetId],
      );
    },
  };
}
