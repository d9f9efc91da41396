import type { DatasetImage, ImageCrop, Label, Split } from '../../../src-shared/domain/dataset.ts';
import { packRuns, unpackRuns } from '../../../src-shared/mask/pack-runs.ts';
import type { RunLengthMask } from '../../../src-shared/mask/run-length.ts';
import type { Database } from './database.ts';
import { regionOf, withRegion, type WithRegion } from './image-region.ts';

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
  file_path: string | null;
  crop: string | null;
}

const imageColumns = [
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
  'file_path',
  'crop',
] as const satisfies readonly (keyof ImageColumns)[];

function toImage(row: ImageColumns): DatasetImage {
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
    ...regionOf(row.file_path, row.crop),
  };
}

/** What an import stores of a file. */
export interface ImageRecord extends Omit<DatasetImage, 'id' | 'datasetId'> {
  readonly maskSizeBytes: number | null;
  readonly maskModifiedAtMs: number | null;
  /** The mask marks every pixel; absent: it does not. */
  readonly maskIsFull?: boolean;
  /**
   * A mask that no file holds (`maskPath` then names the annotation it came from); null or absent: a file holds it or
   * there is none; `'as-stored'`: what was stored before is still right.
   */
  readonly drawnMask?: RunLengthMask | null | 'as-stored';
}

/** What an import needs to know to leave an unchanged file alone. */
export interface KnownImage {
  readonly id: number;
  readonly path: string;
  readonly className: string;
  readonly label: Label | null;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  readonly maskPath: string | null;
  readonly maskSizeBytes: number | null;
  readonly maskModifiedAtMs: number | null;
  readonly maskIsFull: boolean;
  readonly filePath?: string;
  readonly crop?: ImageCrop;
}

/** An image that a run can be judged by. */
export interface LabelledImage {
  readonly id: number;
  readonly path: string;
  readonly label: Label;
  /** Read it with `readImageMask`: it may be no file. */
  readonly maskPath: string | null;
  readonly filePath?: string;
  readonly crop?: ImageCrop;
}

/** What finding duplicates knows of a file. */
export interface HashedFile {
  readonly id: number;
  readonly path: string;
  /** Relative to the root. */
  readonly file: string;
  readonly label: Label | null;
  readonly className: string;
  readonly sampleHash: Uint8Array | null;
  readonly fullHash: Uint8Array | null;
}

/** An image of a registered data set as the asset route needs it. */
export interface ImageLocation {
  readonly id: number;
  readonly root: string;
  readonly path: string;
  readonly maskPath: string | null;
  readonly filePath?: string;
  readonly crop?: ImageCrop;
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
    byPath(datasetId: number, path: string): DatasetImage | null {
      const row = database.get<ImageColumns>(
        `SELECT ${selected} FROM images WHERE dataset_id = ? AND path = ?`,
        [datasetId, path],
      );
      return row === undefined ? null : toImage(row);
    },
    locate(imageId: number): ImageLocation | null {
      const row = database.get<WithRegion<ImageLocation>>(
        `SELECT i.id, d.root, i.path, i.mask_path AS maskPath, i.file_path AS filePath, i.crop
         FROM images i JOIN datasets d ON d.id = i.dataset_id
         WHERE i.id = ? AND d.removed_at_ms IS NULL`,
        [imageId],
      );
      return row === undefined ? null : withRegion<ImageLocation>(row);
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
      return database
        .all<WithRegion<LabelledImage>>(
          `SELECT id, path, label, mask_path AS maskPath, file_path AS filePath, crop FROM images
           WHERE dataset_id = ? AND class_name = ? AND label IS NOT NULL AND split IS NOT 'train' ORDER BY path`,
          [datasetId, className],
        )
        .map((row) => withRegion<LabelledImage>(row));
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
    /** The next images by path after one (all begin after ''), however many came before. */
    pageAfter(datasetId: number, className: string | null, afterPath: string, limit: number): DatasetImage[] {
      return database
        .all<ImageColumns>(
          `SELECT ${selected} FROM images
           WHERE dataset_id = @datasetId AND path > @afterPath ${className === null ? '' : 'AND class_name = @className'}
           ORDER BY path LIMIT @limit`,
          { datasetId, afterPath, limit, ...(className === null ? {} : { className }) },
        )
        .map(toImage);
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
      const rows = database.all<Omit<WithRegion<KnownImage>, 'maskIsFull'> & { maskIsFull: number }>(
        `SELECT id, path, class_name AS className, label, file_path AS filePath, crop,
           mask_is_full AS maskIsFull, width_px AS widthPx, height_px AS heightPx,
           size_bytes AS sizeBytes, modified_at_ms AS modifiedAtMs, mask_path AS maskPath,
           mask_size_bytes AS maskSizeBytes, mask_modified_at_ms AS maskModifiedAtMs
         FROM images WHERE dataset_id = ? AND path IN (SELECT value FROM json_each(?))`,
        [datasetId, JSON.stringify(paths)],
      );
      return new Map(
        rows.map((row) => [row.path, withRegion<KnownImage>({ ...row, maskIsFull: row.maskIsFull === 1 })]),
      );
    },
    /** Stores what an import found of a file, under the id that the path already has if it has one. */
    upsert(datasetId: number, image: ImageRecord, importPass: number): void {
      const { drawnMask = null, crop, filePath, maskIsFull = false, ...columns } = image;
      database.run(
        `INSERT INTO images (dataset_id, path, class_name, split, defect, label, width_px, height_px, size_bytes,
           modified_at_ms, mask_path, mask_size_bytes, mask_modified_at_ms, seen_by_import, file_path, crop, mask_is_full)
         VALUES (@datasetId, @path, @className, @split, @defect, @label, @widthPx, @heightPx, @sizeBytes,
           @modifiedAtMs, @maskPath, @maskSizeBytes, @maskModifiedAtMs, @importPass, @filePath, @crop, @maskIsFull)
         ON CONFLICT (dataset_id, path) DO UPDATE SET class_name = excluded.class_name, split = excluded.split,
           defect = excluded.defect, label = excluded.label, width_px = excluded.width_px,
           height_px = excluded.height_px,
           sample_hash = CASE WHEN size_bytes = excluded.size_bytes AND modified_at_ms = excluded.modified_at_ms
             THEN sample_hash END,
           full_hash = CASE WHEN size_bytes = excluded.size_bytes AND modified_at_ms = excluded.modified_at_ms
             THEN full_hash END,
           size_bytes = excluded.size_bytes,
           modified_at_ms = excluded.modified_at_ms, mask_path = excluded.mask_path,
           mask_size_bytes = excluded.mask_size_bytes, mask_modified_at_ms = excluded.mask_modified_at_ms,
           seen_by_import = excluded.seen_by_import, file_path = excluded.file_path, crop = excluded.crop,
           mask_is_full = excluded.mask_is_full`,
        {
          ...columns,
          datasetId,
          importPass,
          filePath: filePath ?? null,
          crop: crop === undefined ? null : JSON.stringify(crop),
          maskIsFull: maskIsFull ? 1 : 0,
        },
      );
      if (drawnMask === 'as-stored') return;
      const own = '(SELECT id FROM images WHERE dataset_id = @datasetId AND path = @path)';
      if (drawnMask === null) {
        database.run(`DELETE FROM image_masks WHERE image_id = ${own}`, { datasetId, path: image.path });
        return;
      }
      database.run(
        `INSERT INTO image_masks (image_id, width_px, height_px, runs) VALUES (${own}, @width, @height, @runs)
         ON CONFLICT (image_id) DO UPDATE SET width_px = excluded.width_px, height_px = excluded.height_px,
           runs = excluded.runs`,
        {
          datasetId,
          path: image.path,
          width: drawnMask.width,
          height: drawnMask.height,
          runs: packRuns(drawnMask.runs),
        },
      );
    },
    /** A mask that no file holds; null where there is none. Throws `corrupt-file`. */
    drawnMask(imageId: number): RunLengthMask | null {
      const row = database.get<{ width: number; height: number; runs: Uint8Array }>(
        'SELECT width_px AS width, height_px AS height, runs FROM image_masks WHERE image_id = ?',
        [imageId],
      );
      return row === undefined ? null : { ...row, runs: unpackRuns(row.runs) };
    },
    /** Files of one length, as they are compared to find duplicates: several parts of one file come as one. */
    ofLength(datasetId: number, paths: readonly string[]): HashedFile[] {
      return database.all<HashedFile>(
        `SELECT id, path, coalesce(file_path, path) AS file, label, class_name AS className,
           sample_hash AS sampleHash, full_hash AS fullHash
         FROM images WHERE dataset_id = ? AND path IN (SELECT value FROM json_each(?)) ORDER BY path`,
        [datasetId, JSON.stringify(paths)],
      );
    },
    setHash(imageId: number, which: 'sample' | 'full', hash: Uint8Array): void {
      database.run(`UPDATE images SET ${which}_hash = ? WHERE id = ?`, [hash, imageId]);
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
