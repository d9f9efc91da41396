import { z } from 'zod';
import type { JobState } from '../../../src-shared/domain/job.ts';
import {
  mapRenderingSchema,
  methodSettingsSchema,
  type MapRendering,
  type MethodId,
  type MethodSettings,
} from '../../../src-shared/domain/method.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { Database } from './database.ts';

interface RunRow {
  id: number;
  dataset_id: number;
  method_id: MethodId;
  model_id: string | null;
  prompt_set_id: number | null;
  settings: string;
  rendering: string;
  job_id: number;
  state: JobState;
  created_at_ms: number;
  image_count: number;
  scored_count: number;
  failed_count: number;
  score_min: number | null;
  score_max: number | null;
  map_min: number | null;
  map_max: number | null;
  image_auroc: string;
}

const imageAurocSchema = z.array(z.object({ className: z.string(), auroc: z.number().nullable() }));
export type ClassAuroc = z.infer<typeof imageAurocSchema>[number];

export interface NewRun {
  readonly datasetId: number;
  readonly methodId: MethodId;
  readonly modelId: string | null;
  readonly promptSetId: number | null;
  readonly settings: MethodSettings;
  readonly rendering: MapRendering;
  readonly jobId: number;
  readonly createdAtMs: number;
}

/** Runs; a run's state is its job's. A removed run is invisible at once, `purgeStep` clears its results away. */
export function createRunsRepository(database: Database) {
  const select = `SELECT r.*, j.state,
      (SELECT count(*) FROM images i WHERE i.dataset_id = r.dataset_id) AS image_count
    FROM runs r JOIN jobs j ON j.id = r.job_id JOIN datasets d ON d.id = r.dataset_id
    WHERE r.removed_at_ms IS NULL AND d.removed_at_ms IS NULL`;

  function toRun(row: RunRow): Run {
    const { score_min, score_max, map_min, map_max } = row;
    return {
      id: row.id,
      datasetId: row.dataset_id,
      methodId: row.method_id,
      modelId: row.model_id,
      promptSetId: row.prompt_set_id,
      settings: methodSettingsSchema.parse(JSON.parse(row.settings)),
      rendering: mapRenderingSchema.parse(JSON.parse(row.rendering)),
      state: row.state,
      jobId: row.job_id,
      createdAtMs: row.created_at_ms,
      imageCount: row.image_count,
      scoredCount: row.scored_count,
      failedCount: row.failed_count,
      scale:
        score_min === null || score_max === null || map_min === null || map_max === null
          ? null
          : { scoreMin: score_min, scoreMax: score_max, mapMin: map_min, mapMax: map_max },
      imageAuroc: imageAurocSchema.parse(JSON.parse(row.image_auroc)),
    };
  }

  return {
    list(datasetId: number | null): Run[] {
      const rows =
        datasetId === null
          ? database.all<RunRow>(`${select} ORDER BY r.id`)
          : database.all<RunRow>(`${select} AND r.dataset_id = ? ORDER BY r.id`, [datasetId]);
      return rows.map(toRun);
    },
    get(runId: number): Run | null {
      const row = database.get<RunRow>(`${select} AND r.id = ?`, [runId]);
      return row === undefined ? null : toRun(row);
    },
    insert(run: NewRun): number {
      return database.run(
        `INSERT INTO runs (dataset_id, method_id, model_id, prompt_set_id, settings, rendering, job_id, created_at_ms)
         VALUES (@datasetId, @methodId, @modelId, @promptSetId, @settings, @rendering, @jobId, @createdAtMs)`,
        { ...run, settings: JSON.stringify(run.settings), rendering: JSON.stringify(run.rendering) },
      ).lastInsertRowid;
    },
    setRendering(runId: number, rendering: MapRendering): void {
      database.run('UPDATE runs SET rendering = ? WHERE id = ?', [JSON.stringify(rendering), runId]);
    },
    setImageAuroc(runId: number, imageAuroc: readonly ClassAuroc[]): void {
      database.run('UPDATE runs SET image_auroc = ? WHERE id = ?', [JSON.stringify(imageAuroc), runId]);
    },
    markRemoved(runId: number, atMs: number): boolean {
      return (
        database.run('UPDATE runs SET removed_at_ms = ? WHERE id = ? AND removed_at_ms IS NULL', [
          atMs,
          runId,
        ]).changes > 0
      );
    },
    /** Deletes at most `limit` results of removed runs; false when nothing is left to clear away. */
    purgeStep(limit: number): boolean {
      const removed = database.get<{ id: number }>(
        'SELECT id FROM runs WHERE removed_at_ms IS NOT NULL LIMIT 1',
      );
      if (removed === undefined) return false;
      database.transaction(() => {
        const { changes } = database.run(
          `DELETE FROM results WHERE run_id = @runId
             AND image_id IN (SELECT image_id FROM results WHERE run_id = @runId LIMIT @limit)`,
          { runId: removed.id, limit },
        );
        if (changes === 0) database.run('DELETE FROM runs WHERE id = ?', [removed.id]);
      });
      return true;
    },
  };
}
