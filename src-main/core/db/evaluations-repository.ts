import { z } from 'zod';
import type { Label } from '../../../src-shared/domain/dataset.ts';
import { runEvaluationSchema, type RunEvaluation } from '../../../src-shared/domain/evaluation.ts';
import { runResamplesSchema, type RunResamples } from '../../../src-shared/domain/pixel-intervals.ts';
import type { Database } from './database.ts';

const withResamplesSchema = z.object({ pixelResamples: runResamplesSchema });

/** All that is stored of a labelled image and of what a run says of it, as far as metrics depend on it. */
export interface EvaluationSubject {
  readonly imageId: number;
  readonly path: string;
  readonly label: Label;
  readonly maskPath: string | null;
  readonly crop: string | null;
  /** The mask that no file holds, packed. */
  readonly drawnRuns: Uint8Array | null;
  readonly score: number | null;
  readonly error: string | null;
  readonly durationMs: number | null;
}

export function createEvaluationsRepository(database: Database) {
  return {
    /** Of one class, labelled images outside the train split, by path; score and error are null where the run has yet to come there. */
    subjects(runId: number, datasetId: number, className: string): EvaluationSubject[] {
      return database.all<EvaluationSubject>(
        `SELECT i.id AS imageId, i.path, i.label, i.mask_path AS maskPath, i.crop, m.runs AS drawnRuns,
           r.score, r.error, r.duration_ms AS durationMs
         FROM images i LEFT JOIN image_masks m ON m.image_id = i.id
           LEFT JOIN results r ON r.run_id = @runId AND r.image_id = i.id
         WHERE i.dataset_id = @datasetId AND i.class_name = @className
           AND i.label IS NOT NULL AND i.split IS NOT 'train'
         ORDER BY i.path`,
        { runId, datasetId, className },
      );
    },
    /** Null where there is none for these inputs, or it is not of this program's form. */
    stored(runId: number, inputsHash: string): RunEvaluation | null {
      const row = database.get<{ evaluation: string }>(
        'SELECT evaluation FROM run_evaluations WHERE run_id = ? AND inputs_hash = ?',
        [runId, inputsHash],
      );
      if (row === undefined) return null;
      try {
        return runEvaluationSchema.parse(JSON.parse(row.evaluation));
      } catch {
        return null;
      }
    },
    /** What `storeResamples` kept beside the evaluation; null where there is none for these inputs. */
    storedResamples(runId: number, inputsHash: string): RunResamples | null {
      const row = database.get<{ evaluation: string }>(
        'SELECT evaluation FROM run_evaluations WHERE run_id = ? AND inputs_hash = ?',
        [runId, inputsHash],
      );
      if (row === undefined) return null;
      try {
        return withResamplesSchema.parse(JSON.parse(row.evaluation)).pixelResamples;
      } catch {
        return null;
      }
    },
    /** Keeps them with the evaluation of the same inputs, to go when that is replaced; without one they are not kept. */
    storeResamples(runId: number, inputsHash: string, resamples: RunResamples): void {
      database.run(
        `UPDATE run_evaluations SET evaluation = json_set(evaluation, '$.pixelResamples', json(@resamples))
         WHERE run_id = @runId AND inputs_hash = @inputsHash`,
        { runId, inputsHash, resamples: JSON.stringify(resamples) },
      );
    },
    /** Replaces what was stored of the run; a run that is gone meanwhile is passed over. */
    store(evaluation: RunEvaluation, inputsHash: string, nowMs: number): void {
      database.run(
        `INSERT INTO run_evaluations (run_id, inputs_hash, evaluation, computed_at_ms)
         SELECT id, @inputsHash, @evaluation, @nowMs FROM runs WHERE id = @runId
         ON CONFLICT (run_id) DO UPDATE SET inputs_hash = excluded.inputs_hash, evaluation = excluded.evaluation,
           computed_at_ms = excluded.computed_at_ms`,
        { runId: evaluation.runId, inputsHash, evaluation: JSON.stringify(evaluation), nowMs },
      );
    },
  };
}
