import { mostGrey, type GreyWindow } from '../../src-shared/contract/asset-paths.ts';
import { useOverlayStore, wholeRange } from './overlay.ts';
import { useSettled } from './use-settled.ts';

/** So long window and level stay before small pictures follow: each is made anew from its file. */
const settledAfterMs = 250;

/** Window and level as small pictures of a data set are asked for; null: all grey values, or another set's were chosen. */
export function thumbnailLevels(
  { level, window, levelsOf }: { level: number; window: number; levelsOf: number | null },
  datasetId: number,
): GreyWindow | null {
  const isWhole = window === wholeRange.window && level === wholeRange.level;
  if (levelsOf !== datasetId || isWhole) return null;
  const grey = (share: number) => Math.min(mostGrey, Math.max(1, Math.round(share * mostGrey)));
  return { level: grey(level), window: grey(window) };
}

/** The window and level of the viewer for the small pictures beside it, once they rest. */
export function useThumbnailLevels(datasetId: number): GreyWindow | null {
  const level = useOverlayStore(({ overlay }) => overlay.level);
  const window = useOverlayStore(({ overlay }) => overlay.window);
  const levelsOf = useOverlayStore(({ overlay }) => overlay.levelsOf);
  const levels = thumbnailLevels({ level, window, levelsOf }, datasetId);
  return useSettled(levels, levels === null ? '' : `${levels.level} ${levels.window}`, settledAfterMs);
}
