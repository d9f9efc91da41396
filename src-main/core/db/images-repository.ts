import type { DatasetImage, Label, Split } from '../../../src-shared/domain/dataset.ts';
import type { Database } from './database.ts';

interface ImageColumns {
  id: number;
  dataset_id: number;
  path: string;
  class_name: string;
  split: Split | null;
  defect: string | null;
  label: Label | null;
  width_px: number;
  height_px: number;
  mask_path: string | null;
  size_bytes: number;
  modified_at_ms: number;
}

export const imageColumns = [
  'id',
  'dataset_id',
  'path',
  'class_name',
  'split',
  'defect',
  'label',
  'width_px',
  'height_px',
  'mask_path',
  'size_bytes',
  'modified_at_ms',
] as const satisfies readonly (keyof ImageColumns)[];

export function toImage(row: ImageColumns): DatasetImage {
  return {
    id: row.id,
    datasetId: row.dataset_id,
    path: row.path,
    className: row.class_name,
    split: row.split,
    defect: row.defect,
    label: row.label,
    widthPx: row.width_px,
    heightPx: row.height_px,
    maskPath: row.mask_path,
    sizeBytes: row.size_bytes,
    modifiedAtMs: row.modified_at_ms,
  };
}

/** What an import stores of a file. */
export interface ImageRecord extends Omit<DatasetImage, 'id' | 'datasetId'> {
  readonly maskSizeBytes: number | null;
  readonly maskModifiedAtMs: number | null;
}

/** What an import needs to know to leave an unchanged file alone. */
export interface KnownImage {
  readonly id: number;
  readonly path: string;
  readonly className: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  readonly maskPath: string | null;
  readonly maskSizeBytes: number | null;
  readonly maskModifiedAtMs: number | null;
}

/** An image that a run can be judged by. */
export interface LabelledImage {
  readonly id: number;
  readonly path: string;
  readonly label: Label;
  readonly maskPath: string | null;
}

/** An image of a registered data set as the asset route needs it. */
export interface ImageLocation {
  readonly id: number;
  readonly root: string;
  readonly path: string;
  readonly maskPath: string | null;
}

export function createImagesRepository(database: Database) {
  const selected = imageColumns.join(', ');
  return {
    get(imageId: number): DatasetImage | null {
      const row = database.get<ImageColumns>(
        `SELECT ${imageColumns.map((c) => `i.${c}`).join(', ')}
         FROM images i JOIN datasets d ON d.id = i.dataset_id
         WHERE i.id = ? AND d.removed_at_ms IS NULL`,
        [imageId],
      );
      return row === undefined ? null : toImage(row);
    },
    locate(imageId: number): ImageLocation | null {
      return (
        database.get<ImageLocation>(
          `SELECT i.id, d.root, i.path, i.mask_path AS maskPath
           FROM images i JOIN datasets d ON d.id = i.dataset_id
           WHERE i.id = ? AND d.removed_at_ms IS NULL`,
          [imageId],
        ) ?? null
      );
    },
    count(datasetId: number, className: string | null): number {
      const row =
        className === null
          ? database.get<{ n: number }>('SELECT count(*) AS n FROM images WHERE dataset_id = ?', [datasetId])
          : database.get<{ n: number }>(
              'SELECT count(*) AS n FROM images WHERE dataset_id = ? AND class_name = ?',
              [datasetId, className],
            );
      return row?.n ?? 0;
    },
    classNames(datasetId: number): string[] {
      return database
        .all<{ name: string }>(
          'SELECT DISTINCT class_name AS name FROM images WHERE dataset_id = ? ORDER BY class_name',
          [datasetId],
        )
        .map((row) => row.name);
    },
    /** The labelled images of a class outside the train split, by path. */
    labelled(datasetId: number, className: string): LabelledImage[] {
      return database.all<LabelledImage>(
        `SELECT id, path, label, mask_path AS maskPath FROM images
         WHERE dataset_id = ? AND class_name = ? AND label IS NOT NULL AND split IS NOT 'train' ORDER BY path`,
        [datasetId, className],
      );
    },
    /** A page of ids by path; the index alone answers it, however far down the page lies. */
    idsByPath(
      datasetId: number,
      className: string | null,
      page: { descending: boolean; offset: number; limit: number },
    ): number[] {
      const order = page.descending ? 'DESC' : 'ASC';
      const rows =
        className === null
          ? database.all<{ id: number }>(
              `SELECT id FROM images WHERE dataset_id = ? ORDER BY path ${order} LIMIT ? OFFSET ?`,
              [datasetId, page.limit, page.offset],
            )
          : database.all<{ id: number }>(
              `SELECT id FROM images WHERE dataset_id = ? AND class_name = ? ORDER BY path ${order} LIMIT ? OFFSET ?`,
              [datasetId, className, page.limit, page.offset],
            );
      return rows.map((row) => row.id);
    },
    /** The images of these ids, in this order; ids that are gone are left out. */
    byIds(ids: readonly number[]): DatasetImage[] {
      const rows = database.all<ImageColumns>(
        `SELECT ${selected} FROM images WHERE id IN (SELECT value FROM json_each(?))`,
        [JSON.stringify(ids)],
      );
      const byId = new Map(rows.map((row) => [row.id, toImage(row)]));
      return ids.flatMap((id) => byId.get(id) ?? []);
    },
    known(datasetId: number, paths: readonly string[]): Map<string, KnownImage> {
      const rows = database.all<KnownImage>(
        `SELECT id, path, class_name AS className, width_px AS widthPx, height_px AS heightPx,
           size_bytes AS sizeBytes, modified_at_ms AS modifiedAtMs, mask_path AS maskPath,
           mask_size_bytes AS maskSizeBytes, mask_modified_at_ms AS maskModifiedAtMs
         FROM images WHERE dataset_id = ? AND path IN (SELECT value FROM json_each(?))`,
        [datasetId, JSON.stringify(paths)],
      );
      return new Map(rows.map((row) => [row.path, row]));
    },
    /** Stores what an import found of a file, under the id that the path already has if it has one. */
    upsert(datasetId: number, image: ImageRecord, importPass: number): void {
      database.run(
        `INSERT INTO images (dataset_id, path, class_name, split, defect, label, width_px, height_px, size_bytes,
           modified_at_ms, mask_path, mask_size_bytes, mask_modified_at_ms, seen_by_import)
         VALUES (@datasetId, @path, @className, @split, @defect, @label, @widthPx, @heightPx, @sizeBytes,
           @modifiedAtMs, @maskPath, @maskSizeBytes, @maskModifiedAtMs, @importPass)
         ON CONFLICT (dataset_id, path) DO UPDATE SET class_name = excluded.class_name, split = excluded.split,
           defect = excluded.defect, label = excluded.label, width_px = excluded.width_px,
           height_px = excluded.height_px, size_bytes = excluded.size_bytes,
           modified_at_ms = excluded.modified_at_ms, mask_path = excluded.mask_path,
           mask_size_bytes = excluded.mask_size_bytes, mask_modified_at_ms = excluded.mask_modified_at_ms,
           seen_by_import = excluded.seen_by_import`,
        { ...image, datasetId, importPass },
      );
    },
    /** Removes what an import did not find again, at most `limit` a call; returns how many went. */
    removeUnseen(datasetId: number, importPass: number, keepUnder: readonly string[], limit: number): number {
      return database.run(
        `DELETE FROM images WHERE id IN (
           SELECT id FROM images WHERE dataset_id = ? AND seen_by_import <> ?
             AND NOT EXISTS (SELECT 1 FROM json_each(?) AS kept WHERE images.path LIKE kept.value ESCAPE '\\')
           LIMIT ?)`,
        [
          datasetId,
          importPass,
          JSON.stringify(keepUnder.map((folder) => `${folder.replaceAll(/[\\%_]/g, '\\$&')}/%`)),
          limit,
        ],
      ).changes;
    },
  };
}
