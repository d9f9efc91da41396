import { z } from 'zod';
import {
  checkpointValidationSchema,
  type CheckpointValidation,
  type ProbeScore,
  type TrainingCheckpoint,
} from '../../../src-shared/domain/training.ts';
import type { Database } from './database.ts';

interface CheckpointRow {
  id: number;
  training_id: number;
  epoch: number;
  stored_file: string;
  sha256: string;
  losses: string;
  validation: string | null;
  problem: string | null;
  is_examined: number;
  created_at_ms: number;
  kept_as: number | null;
}

/** Means of the loss parts over an epoch's images, by name, and `total`. */
export type EpochLosses = Readonly<Record<string, number>>;

export interface NewCheckpoint {
  readonly trainingId: number;
  readonly epoch: number;
  readonly storedFile: string;
  readonly sha256: string;
  readonly losses: EpochLosses;
  readonly createdAtMs: number;
}

/** A checkpoint with what only the core needs to know of it. */
export interface StoredCheckpoint {
  readonly checkpoint: TrainingCheckpoint;
  /** Its name in the training's folder. */
  readonly storedFile: string;
  readonly losses: EpochLosses;
  /** Whether it was validated and its probes were drawn, as far as that was asked for. */
  readonly isExamined: boolean;
}

export interface StoredProbe extends ProbeScore {
  /** In the form of `maps/patch-map-codec.ts`. */
  readonly patchMap: Uint8Array;
}

const lossesSchema = z.record(z.string(), z.number());

export function createTrainingCheckpointsRepository(database: Database) {
  function probesOf(checkpointId: number): ProbeScore[] {
    return database.all<ProbeScore>(
      `SELECT image_id AS imageId, score, map_min AS mapMinimum, map_max AS mapMaximum FROM training_probes
       WHERE checkpoint_id = ? ORDER BY image_id`,
      [checkpointId],
    );
  }

  const toStored = (row: CheckpointRow): StoredCheckpoint => {
    const losses = lossesSchema.parse(JSON.parse(row.losses));
    return {
      storedFile: row.stored_file,
      losses,
      isExamined: row.is_examined === 1,
      checkpoint: {
        id: row.id,
        trainingId: row.training_id,
        epoch: row.epoch,
        sha256: row.sha256,
        lossMean: losses['total'] ?? 0,
        validation:
          row.validation === null ? null : checkpointValidationSchema.parse(JSON.parse(row.validation)),
        problem: row.problem,
        probes: probesOf(row.id),
        createdAtMs: row.created_at_ms,
        keptAsPromptSetId: row.kept_as,
      },
    };
  };

  return {
    /** By epoch. */
    list(trainingId: number): StoredCheckpoint[] {
      return database
        .all<CheckpointRow>('SELECT * FROM training_checkpoints WHERE training_id = ? ORDER BY epoch', [
          trainingId,
        ])
        .map(toStored);
    },
    get(trainingId: number, epoch: number): StoredCheckpoint | null {
      const row = database.get<CheckpointRow>(
        'SELECT * FROM training_checkpoints WHERE training_id = ? AND epoch = ?',
        [trainingId, epoch],
      );
      return row === undefined ? null : toStored(row);
    },
    insert(checkpoint: NewCheckpoint): number {
      return database.run(
        `INSERT INTO training_checkpoints (training_id, epoch, stored_file, sha256, losses, created_at_ms)
         VALUES (@trainingId, @epoch, @storedFile, @sha256, @losses, @createdAtMs)`,
        { ...checkpoint, losses: JSON.stringify(checkpoint.losses) },
      ).lastInsertRowid;
    },
    /** Takes a checkpoint away whose file is gone or damaged; it is made anew. */
    remove(checkpointId: number): void {
      database.run('DELETE FROM training_checkpoints WHERE id = ?', [checkpointId]);
    },
    /** What was found out about a checkpoint, all at once. */
    setExamined(
      checkpointId: number,
      found: {
        validation: CheckpointValidation | null;
        problem: string | null;
        probes: readonly StoredProbe[];
      },
    ): void {
      database.run(
        'UPDATE training_checkpoints SET validation = ?, problem = ?, is_examined = 1 WHERE id = ?',
        [found.validation === null ? null : JSON.stringify(found.validation), found.problem, checkpointId],
      );
      for (const probe of found.probes) {
        database.run(
          `INSERT OR REPLACE INTO training_probes (checkpoint_id, image_id, score, patch_map, map_min, map_max)
           VALUES (?, ?, ?, ?, ?, ?)`,
          [checkpointId, probe.imageId, probe.score, probe.patchMap, probe.mapMinimum, probe.mapMaximum],
        );
      }
    },
    setKept(checkpointId: number, promptSetId: number): void {
      database.run('UPDATE training_checkpoints SET kept_as = ? WHERE id = ?', [promptSetId, checkpointId]);
    },
    /** In the form of `maps/patch-map-codec.ts`; null where there is none. */
    probeMap(trainingId: number, epoch: number, imageId: number): Uint8Array | null {
      return (
        database.get<{ bytes: Uint8Array }>(
          `SELECT p.patch_map AS bytes FROM training_probes p JOIN training_checkpoints c ON c.id = p.checkpoint_id
           WHERE c.training_id = ? AND c.epoch = ? AND p.image_id = ?`,
          [trainingId, epoch, imageId],
        )?.bytes ?? null
      );
    },
  };
}
