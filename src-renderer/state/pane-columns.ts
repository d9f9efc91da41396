import type { Size } from '../canvas/viewport.ts';

/** Heading and facts of a pane, about; in CSS pixels. */
const headHeightPx = 76;

/** The panel beside the panes is never narrower, nor wider; from here on windows count as wide. */
const sidePx = { least: 360, wide: 560, most: 1120, wideFrom: 1800 } as const;
/** Room at both sides of a picture that fills its pane by its height. */
const besidePx = 48;

/**
 * CSS pixels for the panel beside `count` panes in `area` (panes and panel together): what pictures of this `aspect`
 * cannot use, within bounds.
 */
export function sidePanelWidth(count: number, area: Size, aspect: number): number {
  const least = area.width >= sidePx.wideFrom ? sidePx.wide : sidePx.least;
  if (area.width === 0) return least;
  const room = { width: area.width - least, height: area.height };
  const columns = paneColumns(count, room, aspect);
  const height = area.height / Math.ceil(count / columns) - headHeightPx;
  const used = columns * (height * aspect + besidePx);
  return Math.round(Math.min(sidePx.most, Math.max(least, area.width - used)));
}

/** The number of columns (CSS pixels of `area`, `aspect` = width/height of the image) in which it is shown largest. */
export function paneColumns(count: number, area: Size, aspect: number): number {
  let [best, largest] = [count, 0];
  // From one row on: of equal sizes the fewest rows.
  for (let rows = 1; rows <= count; rows++) {
    const columns = Math.ceil(count / rows);
    const width = area.width / columns;
    const height = area.height / rows - headHeightPx;
    const shown = Math.min(width, height * aspect);
    // A little larger, or the row stays: a jump between images is worse than a few pixels.
    if (shown > largest * 1.03) [best, largest] = [columns, shown];
  }
  return best;
}
