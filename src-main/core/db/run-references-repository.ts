import type { Database } from './database.ts';
import { regionOf } from './image-region.ts';

/** The normal images of one class that a few-shot run is shown; paths relative to the data set's root, in order. */
export interface ClassReferences {
  readonly className: string;
  readonly paths: readonly string[];
}

/** A good image that may serve as a reference. */
export interface ReferenceCandidate {
  readonly className: string;
  readonly path: string;
  readonly isTraining: boolean;
}

interface ReferenceRow {
  runId: number;
  className: string;
  path: string;
}

export function createRunReferencesRepository(database: Database) {
  return {
    /** Of these runs, by run; a run without references is absent. */
    ofRuns(runIds: readonly number[]): Map<number, ClassReferences[]> {
      const rows = database.all<ReferenceRow>(
        `SELECT run_id AS runId, class_name AS className, path FROM run_references
         WHERE run_id IN (SELECT value FROM json_each(?)) ORDER BY run_id, class_name, position`,
        [JSON.stringify(runIds)],
      );
      return new Map(
        [...Map.groupBy(rows, (row) => row.runId)].map(([runId, ofRun]) => [
          runId,
          [...Map.groupBy(ofRun, (row) => row.className)].map(([className, ofClass]) => ({
            className,
            paths: ofClass.map((row) => row.path),
          })),
        ]),
      );
    },
    store(runId: number, { className, paths }: ClassReferences): void {
      for (const [position, path] of paths.entries()) {
        database.run('INSERT INTO run_references (run_id, class_name, position, path) VALUES (?, ?, ?, ?)', [
          runId,
          className,
          position,
          path,
        ]);
      }
    },
    /** Which file, and which part of it, images are, by path; one that is gone is absent. */
    regions(datasetId: number, paths: readonly string[]): Map<string, ReturnType<typeof regionOf>> {
      const rows = database.all<{ path: string; filePath: string | null; crop: string | null }>(
        `SELECT path, file_path AS filePath, crop FROM images
         WHERE dataset_id = ? AND path IN (SELECT value FROM json_each(?))`,
        [datasetId, JSON.stringify(paths)],
      );
      return new Map(rows.map(({ path, filePath, crop }) => [path, regionOf(filePath, crop)]));
    },
    /** The good images of a data set, by class and path. */
    candidates(datasetId: number): ReferenceCandidate[] {
      return database
        .all<{ className: string; path: string; isTraining: number }>(
          `SELECT class_name AS className, path, split IS 'train' AS isTraining FROM images
           WHERE dataset_id = ? AND label = 'good' ORDER BY class_name, path`,
          [datasetId],
        )
        .map((row) => ({ ...row, isTraining: row.isTraining === 1 }));
    },
  };
}
