import { z } from 'zod';
import { computeUseSchema, type ComputeUse } from '../../../src-shared/domain/compute-settings.ts';
import type { JobState } from '../../../src-shared/domain/job.ts';
import {
  mapRenderingSchema,
  methodSettingsSchema,
  type MapRendering,
  type MethodId,
  type MethodSettings,
} from '../../../src-shared/domain/method.ts';
import type { Run, RunReferences } from '../../../src-shared/domain/run.ts';
import type { Database } from './database.ts';
import { createRunReferencesRepository } from './run-references-repository.ts';

interface RunRow {
  id: number;
  dataset_id: number;
  method_id: MethodId;
  model_id: string | null;
  model_sha256: string | null;
  prompt_set_id: number | null;
  settings: string;
  rendering: string;
  job_id: number;
  state: JobState;
  error_code: string | null;
  error_message: string | null;
  job_error_code: string | null;
  job_error_message: string | null;
  created_at_ms: number;
  image_count: number;
  scored_count: number;
  failed_count: number;
  score_min: number | null;
  score_max: number | null;
  map_min: number | null;
  map_max: number | null;
  image_auroc: string;
  compute: string | null;
  name: string | null;
  class_name: string | null;
}

const imageAurocSchema = z.array(z.object({ className: z.string(), auroc: z.number().nullable() }));
export type ClassAuroc = z.infer<typeof imageAurocSchema>[number];

export interface NewRun {
  readonly datasetId: number;
  readonly methodId: MethodId;
  readonly modelId: string | null;
  readonly modelSha256?: string | null;
  readonly promptSetId: number | null;
  readonly settings: MethodSettings;
  readonly rendering: MapRendering;
  readonly jobId: number;
  readonly createdAtMs: number;
  /** The one class that it looks through; null or absent: all. */
  readonly className?: string | null;
}

/** Times of a run's scored images in milliseconds. */
export interface MeasuredRun {
  readonly runId: number;
  readonly settings: MethodSettings;
  readonly rendering: MapRendering;
  readonly scoredCount: number;
  /** In its method; and in the methods of all runs of its job. */
  readonly ownMs: number;
  readonly jobMs: number;
  /** Of the whole job by the clock; null where it was not done in one go. */
  readonly clockMs: number | null;
}

export interface RunError {
  readonly code: string;
  readonly message: string;
}

/** Runs; a run's state is its job's, unless it failed by itself. A removed run is invisible at once, `purgeStep` clears its results away. */
export function createRunsRepository(database: Database) {
  const references = createRunReferencesRepository(database);
  const select = `SELECT r.*, CASE WHEN r.error_code IS NOT NULL THEN 'failed'
        WHEN j.state = 'cancelled' AND j.paused_at_ms IS NOT NULL THEN 'paused' ELSE j.state END AS state,
      j.error_code AS job_error_code, j.error_message AS job_error_message,
      (SELECT count(*) FROM images i WHERE i.dataset_id = r.dataset_id
        AND (r.class_name IS NULL OR i.class_name = r.class_name)) AS image_count
    FROM runs r JOIN jobs j ON j.id = r.job_id JOIN datasets d ON d.id = r.dataset_id
    WHERE r.removed_at_ms IS NULL AND d.removed_at_ms IS NULL`;

  function toError(row: RunRow): RunError | null {
    if (row.error_code !== null)
      return { code: row.error_code, message: row.error_message ?? row.error_code };
    if (row.state !== 'failed' || row.job_error_code === null) return null;
    return { code: row.job_error_code, message: row.job_error_message ?? row.job_error_code };
  }

  function toRuns(rows: readonly RunRow[]): Run[] {
    const fewShot = references.ofRuns(rows.map((row) => row.id));
    return rows.map((row) => toRun(row, fewShot.get(row.id) ?? []));
  }

  function toRun(row: RunRow, ownReferences: readonly RunReferences[]): Run {
    const { score_min, score_max, map_min, map_max } = row;
    return {
      id: row.id,
      datasetId: row.dataset_id,
      methodId: row.method_id,
      modelId: row.model_id,
      modelSha256: row.model_sha256,
      promptSetId: row.prompt_set_id,
      settings: methodSettingsSchema.parse(JSON.parse(row.settings)),
      rendering: mapRenderingSchema.parse(JSON.parse(row.rendering)),
      references: ownReferences,
      state: row.state,
      error: toError(row),
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
      ...(row.compute === null ? {} : { compute: computeUseSchema.parse(JSON.parse(row.compute)) }),
      ...(row.name === null ? {} : { name: row.name }),
      ...(row.class_name === null ? {} : { className: row.class_name }),
    };
  }

  return {
    list(datasetId: number | null): Run[] {
      const rows =
        datasetId === null
          ? database.all<RunRow>(`${select} ORDER BY r.id`)
          : database.all<RunRow>(`${select} AND r.dataset_id = ? ORDER BY r.id`, [datasetId]);
      return toRuns(rows);
    },
    get(runId: number): Run | null {
      const row = database.get<RunRow>(`${select} AND r.id = ?`, [runId]);
      return row === undefined ? null : (toRuns([row])[0] ?? null);
    },
    /** The runs that share a job, in the order they were asked for; removed ones are left out. */
    ofJob(jobId: number): Run[] {
      return toRuns(database.all<RunRow>(`${select} AND r.job_id = ? ORDER BY r.id`, [jobId]));
    },
    /** Their ids alone, for looking often. */
    idsOfJob(jobId: number): number[] {
      return database
        .all<{ id: number }>(
          `SELECT r.id FROM runs r JOIN datasets d ON d.id = r.dataset_id
           WHERE r.job_id = ? AND r.removed_at_ms IS NULL AND d.removed_at_ms IS NULL ORDER BY r.id`,
          [jobId],
        )
        .map((row) => row.id);
    },
    /** What runs of a method and weights took, newest first, at most 50. */
    measured(methodId: MethodId, modelSha256: string | null): MeasuredRun[] {
      const inMethod = (runs: string) =>
        `(SELECT sum(s.duration_ms) FROM results s WHERE s.score IS NOT NULL AND s.run_id IN (${runs}))`;
      return database
        .all<Omit<MeasuredRun, 'settings' | 'rendering'> & { settings: string; rendering: string }>(
          `SELECT r.id AS runId, r.settings, r.rendering, r.scored_count AS scoredCount, ${inMethod('r.id')} AS ownMs,
             ${inMethod('SELECT o.id FROM runs o WHERE o.job_id = r.job_id')} AS jobMs,
             CASE WHEN j.state = 'succeeded' AND j.attempt = 1 THEN j.finished_at_ms - j.started_at_ms END AS clockMs
           FROM runs r JOIN jobs j ON j.id = r.job_id
           WHERE r.method_id = ? AND r.model_sha256 IS ? AND r.removed_at_ms IS NULL AND r.scored_count > 0
           ORDER BY r.id DESC LIMIT 50`,
          [methodId, modelSha256],
        )
        .map((row) => ({
          ...row,
          settings: methodSettingsSchema.parse(JSON.parse(row.settings)),
          rendering: mapRenderingSchema.parse(JSON.parse(row.rendering)),
        }));
    },
    insert(run: NewRun): number {
      return database.run(
        `INSERT INTO runs (dataset_id, method_id, model_id, model_sha256, prompt_set_id, settings, rendering, job_id,
           created_at_ms, class_name)
         VALUES (@datasetId, @methodId, @modelId, @modelSha256, @promptSetId, @settings, @rendering, @jobId,
           @createdAtMs, @className)`,
        {
          ...run,
          modelSha256: run.modelSha256 ?? null,
          className: run.className ?? null,
          settings: JSON.stringify(run.settings),
          rendering: JSON.stringify(run.rendering),
        },
      ).lastInsertRowid;
    },
    /** Marks a run as failed while others of its job go on; null takes the mark away. */
    setError(runId: number, error: RunError | null): void {
      database.run('UPDATE runs SET error_code = ?, error_message = ? WHERE id = ?', [
        error?.code ?? null,
        error?.message ?? null,
        runId,
      ]);
    },
    /** Null takes the name away. */
    rename(runId: number, name: string | null): void {
      database.run('UPDATE runs SET name = ? WHERE id = ?', [name, runId]);
    },
    setCompute(runId: number, use: ComputeUse): void {
      database.run('UPDATE runs SET compute = ? WHERE id = ?', [JSON.stringify(use), runId]);
    },
    setModelHash(runId: number, sha256: string | null): void {
      database.run('UPDATE runs SET model_sha256 = ? WHERE id = ?', [sha256, runId]);
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
