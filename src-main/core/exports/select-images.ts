import type { ChosenThreshold, ExportImages } from '../../../src-shared/domain/export.ts';
import type { Database } from '../db/database.ts';
import { readImageColumns } from '../db/image-columns.ts';

export interface SelectedImages {
  /** Null: every image of the class, or of all. */
  readonly ids: ReadonlySet<number> | null;
  readonly imageCount: number;
  readonly withoutScore: number;
}

export interface Selection {
  readonly datasetId: number;
  readonly runId: number;
  /** Null: all classes. */
  readonly className: string | null;
  readonly images: ExportImages;
  /** What «predicted» means. */
  readonly scoreThresholds: readonly ChosenThreshold[];
}

/** The images that an export writes. Verdicts count as they stand now. */
export function selectImages(database: Database, selection: Selection): SelectedImages {
  const { datasetId, runId, className, images, scoreThresholds } = selection;
  const columns = readImageColumns(database, datasetId, runId);
  const thresholds = new Map(scoreThresholds.map((chosen) => [chosen.className, chosen.value]));
  const listed = images.kind === 'listed' ? new Set(images.imageIds) : null;
  const ids = new Set<number>();
  let withoutScore = 0;
  for (const [row, imageId] of columns.imageIds.entries()) {
    const ownClass = columns.classNames[columns.classes[row] ?? 0] ?? '';
    if (className !== null && ownClass !== className) continue;
    const score = columns.scores[row] ?? null;
    if (!isWanted(row, score, ownClass)) continue;
    ids.add(imageId);
    if (score === null) withoutScore++;
  }
  return { ids: images.kind === 'all' ? null : ids, imageCount: ids.size, withoutScore };

  function isWanted(row: number, score: number | null, ownClass: string): boolean {
    switch (images.kind) {
      case 'all':
        return true;
      case 'predicted-defect': {
        const threshold = thresholds.get(ownClass) ?? null;
        return score !== null && threshold !== null && score >= threshold;
      }
      case 'with-verdict':
        return (columns.verdicts[row] ?? null) !== null;
      case 'listed':
        return listed?.has(columns.imageIds[row] ?? 0) ?? false;
    }
  }
}

/** The selection as `export.json` has it. */
export function describeSelection(images: ExportImages): string {
  switch (images.kind) {
    case 'all':
      return 'all images';
    case 'predicted-defect':
      return 'images with a score at or above the threshold';
    case 'with-verdict':
      return 'images with a verdict';
    case 'listed':
      return images.words === '' ? `${images.imageIds.length} images chosen one by one` : images.words;
  }
}
