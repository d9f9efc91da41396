import type { ImageCrop, Label } from '../../../src-shared/domain/dataset.ts';
import type { Database } from './database.ts';
import { withRegion, type WithRegion } from './image-region.ts';

/** A labelled image with all that tells whether it still is the same. */
export interface LabelledFile {
  readonly id: number;
  readonly path: string;
  readonly className: string;
  readonly label: Label;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  readonly maskPath: string | null;
  readonly maskSizeBytes: number | null;
  readonly maskModifiedAtMs: number | null;
  /** The mask that no file holds, packed. */
  readonly drawnRuns: Uint8Array | null;
  readonly filePath?: string;
  readonly crop?: ImageCrop;
}

/** Two images of two data sets whose files have the same length, with the hashes known of them. */
export interface SameLength {
  readonly imageId: number;
  readonly file: string;
  readonly otherId: number;
  readonly otherFile: string;
  readonly sizeBytes: number;
}

/** What of two sets is compared: the images of these classes. */
export interface ComparedSet {
  readonly datasetId: number;
  readonly classNames: readonly string[];
}

/** Labelled images as training takes them: outside the train split, by class and path. */
export function createLabelledFilesRepository(database: Database) {
  const inClasses = `class_name IN (SELECT value FROM json_each(@classNames))`;
  return {
    list(datasetId: number, classNames: readonly string[]): LabelledFile[] {
      return database
        .all<WithRegion<LabelledFile>>(
          `SELECT i.id, i.path, i.class_name AS className, i.label, i.size_bytes AS sizeBytes,
             i.modified_at_ms AS modifiedAtMs, i.mask_path AS maskPath, i.mask_size_bytes AS maskSizeBytes,
             i.mask_modified_at_ms AS maskModifiedAtMs, m.runs AS drawnRuns, i.file_path AS filePath, i.crop
           FROM images i LEFT JOIN image_masks m ON m.image_id = i.id
           WHERE i.dataset_id = @datasetId AND i.${inClasses} AND i.label IS NOT NULL AND i.split IS NOT 'train'
           ORDER BY i.class_name, i.path`,
          { datasetId, classNames: JSON.stringify(classNames) },
        )
        .map((row) => withRegion<LabelledFile>(row));
    },
    countUnlabelled(datasetId: number, classNames: readonly string[]): number {
      const row = database.get<{ n: number }>(
        `SELECT count(*) AS n FROM images WHERE dataset_id = @datasetId AND ${inClasses} AND label IS NULL`,
        { datasetId, classNames: JSON.stringify(classNames) },
      );
      return row?.n ?? 0;
    },
    /** Pairs of labelled images outside the train split whose files could have the same content, at most `limit`. */
    sameLength(one: ComparedSet, other: ComparedSet, limit: number): SameLength[] {
      return database.all<SameLength>(
        `WITH
           a AS (SELECT id, coalesce(file_path, path) AS file, size_bytes FROM images
             WHERE dataset_id = @one AND class_name IN (SELECT value FROM json_each(@oneNames))
               AND label IS NOT NULL AND split IS NOT 'train'),
           b AS MATERIALIZED (SELECT id, coalesce(file_path, path) AS file, size_bytes FROM images
             WHERE dataset_id = @other AND class_name IN (SELECT value FROM json_each(@otherNames))
               AND label IS NOT NULL AND split IS NOT 'train')
         SELECT a.id AS imageId, a.file, b.id AS otherId, b.file AS otherFile, a.size_bytes AS sizeBytes
         FROM a JOIN b ON b.size_bytes = a.size_bytes
         ORDER BY a.size_bytes, a.id, b.id LIMIT @limit`,
        {
          one: one.datasetId,
          oneNames: JSON.stringify(one.classNames),
          other: other.datasetId,
          otherNames: JSON.stringify(other.classNames),
          limit,
        },
      );
    },
  };
}
