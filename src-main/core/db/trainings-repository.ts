import { z } from 'zod';
import type { JobState } from '../../../src-shared/domain/job.ts';
import { mapRenderingSchema, type MapRendering } from '../../../src-shared/domain/method.ts';
import {
  classNamesSchema,
  mostLossesTold,
  validationScopeSchema,
  trainingSettingsSchema,
  type TrainableMethodId,
  type Training,
  type TrainingLoss,
} from '../../../src-shared/domain/training.ts';
import type { Database } from './database.ts';

interface TrainingRow {
  id: number;
  name: string;
  method_id: TrainableMethodId;
  model_id: string;
  model_sha256: string;
  live_dataset_id: number | null;
  dataset_name: string;
  class_names: string | null;
  settings: string;
  validation: string | null;
  probe_image_ids: string;
  version_hash: string;
  image_count: number;
  anomalous_count: number;
  job_id: number;
  state: JobState;
  error_code: string | null;
  error_message: string | null;
  rendering: string | null;
  created_at_ms: number;
  epochs_done: number;
}

export type NewTraining = Omit<
  Training,
  'id' | 'datasetId' | 'state' | 'epochsDone' | 'stepsPerEpoch' | 'rendering' | 'error'
> & { readonly datasetId: number };

/** What earlier trainings took: images whose features had to be computed, and images that went through steps. */
export interface TrainingTimes {
  readonly preparedImages: number;
  readonly preparedMs: number;
  readonly steppedImages: number;
  readonly steppedMs: number;
}

/** Of what a speed depends on, beside the machine. */
export type TrainingKin = Pick<Training, 'methodId' | 'modelSha256'> & { readonly imageSizePx: number };

interface LossRow {
  step: number;
  epoch: number;
  total: number;
  parts: string;
}

/** Two extremes of each stretch, and for the rest steps at even distances. */
function thinning(span: number, most: number): { readonly width: number; readonly stride: number } {
  const stretches = Math.max(1, Math.floor(most / 8));
  const even = Math.max(1, most - 2 * stretches - 1);
  return { width: Math.ceil(span / stretches), stride: Math.ceil(span / even) };
}

/** Every stretch is looked through in its place in the index: nothing is sorted, and no row is read that is not told or compared. */
const thinnedLosses = `WITH RECURSIVE
    stretches (begin) AS (SELECT @first UNION ALL SELECT begin + @width FROM stretches WHERE begin + @width <= @last),
    even (step) AS (SELECT @first UNION ALL SELECT step + @stride FROM even WHERE step + @stride <= @last),
    kept (step) AS MATERIALIZED (
      SELECT step FROM even
      UNION SELECT @last
      UNION SELECT (SELECT step FROM training_losses WHERE training_id = @trainingId AND step >= begin
        AND step < begin + @width ORDER BY total LIMIT 1) FROM stretches
      UNION SELECT (SELECT step FROM training_losses WHERE training_id = @trainingId AND step >= begin
        AND step < begin + @width ORDER BY total DESC LIMIT 1) FROM stretches
    )
  SELECT step, epoch, total, parts FROM training_losses
    WHERE training_id = @trainingId AND step IN (SELECT step FROM kept) ORDER BY step`;

const lossPartsSchema = z.record(z.string(), z.number());

export function createTrainingsRepository(database: Database) {
  const toTraining = (row: TrainingRow): Training => {
    const settings = trainingSettingsSchema.parse(JSON.parse(row.settings));
    return {
      id: row.id,
      name: row.name,
      methodId: row.method_id,
      modelId: row.model_id,
      modelSha256: row.model_sha256,
      datasetId: row.live_dataset_id,
      datasetName: row.dataset_name,
      classNames: row.class_names === null ? null : classNamesSchema.parse(JSON.parse(row.class_names)),
      settings,
      validation: row.validation === null ? null : validationScopeSchema.parse(JSON.parse(row.validation)),
      probeImageIds: z.array(z.number()).parse(JSON.parse(row.probe_image_ids)),
      versionHash: row.version_hash,
      imageCount: row.image_count,
      anomalousCount: row.anomalous_count,
      jobId: row.job_id,
      state: row.state,
      epochsDone: row.epochs_done,
      stepsPerEpoch: Math.ceil(row.image_count / settings.batchSize),
      rendering: row.rendering === null ? null : mapRenderingSchema.parse(JSON.parse(row.rendering)),
      createdAtMs: row.created_at_ms,
      error:
        row.error_code === null
          ? null
          : { code: row.error_code, message: row.error_message ?? row.error_code },
    };
  };
  const selected = `SELECT t.*, d.id AS live_dataset_id,
      CASE WHEN j.state = 'cancelled' AND j.paused_at_ms IS NOT NULL THEN 'paused' ELSE j.state END AS state,
      j.error_code, j.error_message,
      (SELECT ifnull(max(epoch), 0) FROM training_checkpoints c WHERE c.training_id = t.id) AS epochs_done
    FROM trainings t JOIN jobs j ON j.id = t.job_id
      LEFT JOIN datasets d ON d.id = t.dataset_id AND d.removed_at_ms IS NULL`;

  return {
    /** Newest first. */
    list(): Training[] {
      return database.all<TrainingRow>(`${selected} ORDER BY t.id DESC`).map(toTraining);
    },
    get(trainingId: number): Training | null {
      const row = database.get<TrainingRow>(`${selected} WHERE t.id = ?`, [trainingId]);
      return row === undefined ? null : toTraining(row);
    },
    ofJob(jobId: number): Training | null {
      const row = database.get<TrainingRow>(`${selected} WHERE t.job_id = ?`, [jobId]);
      return row === undefined ? null : toTraining(row);
    },
    insert(training: NewTraining): number {
      return database.run(
        `INSERT INTO trainings (name, method_id, model_id, model_sha256, dataset_id, dataset_name, class_names, settings,
           validation, probe_image_ids, version_hash, image_count, anomalous_count, job_id, created_at_ms)
         VALUES (@name, @methodId, @modelId, @modelSha256, @datasetId, @datasetName, @classNames, @settings,
           @validation, @probes, @versionHash, @imageCount, @anomalousCount, @jobId, @createdAtMs)`,
        {
          name: training.name,
          methodId: training.methodId,
          modelId: training.modelId,
          modelSha256: training.modelSha256,
          datasetId: training.datasetId,
          datasetName: training.datasetName,
          classNames: training.classNames === null ? null : JSON.stringify(training.classNames),
          settings: JSON.stringify(training.settings),
          validation: training.validation === null ? null : JSON.stringify(training.validation),
          probes: JSON.stringify(training.probeImageIds),
          versionHash: training.versionHash,
          imageCount: training.imageCount,
          anomalousCount: training.anomalousCount,
          jobId: training.jobId,
          createdAtMs: training.createdAtMs,
        },
      ).lastInsertRowid;
    },
    rename(trainingId: number, name: string): boolean {
      return database.run('UPDATE trainings SET name = ? WHERE id = ?', [name, trainingId]).changes > 0;
    },
    remove(trainingId: number): boolean {
      return database.run('DELETE FROM trainings WHERE id = ?', [trainingId]).changes > 0;
    },
    setRendering(trainingId: number, rendering: MapRendering): void {
      database.run('UPDATE trainings SET rendering = ? WHERE id = ?', [
        JSON.stringify(rendering),
        trainingId,
      ]);
    },
    /** A step that is stored already keeps its place and gets the new values. */
    addLosses(trainingId: number, losses: readonly TrainingLoss[]): void {
      for (const { step, epoch, total, parts } of losses) {
        database.run(
          `INSERT INTO training_losses (training_id, step, epoch, total, parts) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (training_id, step) DO UPDATE SET epoch = excluded.epoch, total = excluded.total,
             parts = excluded.parts`,
          [trainingId, step, epoch, total, JSON.stringify(parts)],
        );
      }
    },
    /** Forgets what came after an epoch, because it is computed again. */
    dropLossesAfter(trainingId: number, epoch: number): void {
      database.run('DELETE FROM training_losses WHERE training_id = ? AND epoch > ?', [trainingId, epoch]);
    },
    /** By step; of more than `most` those that a curve needs (`trainings.get`), without reading the parts of the others. */
    losses(trainingId: number, most = mostLossesTold): TrainingLoss[] {
      const { first, last } = database.get<{ first: number; last: number }>(
        'SELECT ifnull(min(step), 1) AS first, ifnull(max(step), 0) AS last FROM training_losses WHERE training_id = ?',
        [trainingId],
      ) ?? { first: 1, last: 0 };
      const span = last - first + 1;
      const rows =
        span <= most
          ? database.all<LossRow>(
              'SELECT step, epoch, total, parts FROM training_losses WHERE training_id = ? ORDER BY step',
              [trainingId],
            )
          : database.all<LossRow>(thinnedLosses, { trainingId, first, last, ...thinning(span, most) });
      return rows.map((row) => ({ ...row, parts: lossPartsSchema.parse(JSON.parse(row.parts)) }));
    },
    addTimes(trainingId: number, times: TrainingTimes): void {
      database.run(
        `UPDATE trainings SET prepared_images = prepared_images + @preparedImages, prepared_ms = prepared_ms + @preparedMs,
           stepped_images = stepped_images + @steppedImages, stepped_ms = stepped_ms + @steppedMs
         WHERE id = @trainingId`,
        { trainingId, ...times },
      );
    },
    /** Of the latest ten of a kind together. */
    timesOf({ methodId, modelSha256, imageSizePx }: TrainingKin): TrainingTimes {
      const row = database.get<TrainingTimes>(
        `SELECT ifnull(sum(prepared_images), 0) AS preparedImages, ifnull(sum(prepared_ms), 0.0) AS preparedMs,
           ifnull(sum(stepped_images), 0) AS steppedImages, ifnull(sum(stepped_ms), 0.0) AS steppedMs
         FROM (SELECT * FROM trainings WHERE method_id = @methodId AND model_sha256 = @modelSha256
           AND settings ->> '$.imageSizePx' = @imageSizePx ORDER BY id DESC LIMIT 10)`,
        { methodId, modelSha256, imageSizePx },
      );
      return row ?? { preparedImages: 0, preparedMs: 0, steppedImages: 0, steppedMs: 0 };
    },
  };
}
