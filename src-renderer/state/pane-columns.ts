import type { Size } from '../canvas/viewport.ts';

/** Heading and facts of a pane, about; in CSS pixels. */
const headHeightPx = 76;

/** The number of columns (CSS pixels of `area`, `aspect` = width/height of the image) in which it is shown largest. */
export function paneColumns(count: number, area: Size, aspect: number): number {
  let [best, largest] = [count, 0];
  // From one row on: of equal sizes the fewest rows.
  for (let columns = count; columns >= 1; columns--) {
    const rows = Math.ceil(count / columns);
    const width = area.width / columns;
    const height = area.height / rows - headHeightPx;
    const shown = Math.min(width, height * aspect);
    // A tenth larger, or the row stays: a jump between images is worse than a few pixels.
    if (shown > largest * 1.1) [best, largest] = [columns, shown];
  }
  return best;
}
