import type { ContourLine } from '../../../src-shared/maps/contour.ts';

/** Points closer to the last one drawn are left out, in pixels of the map: finer than a report shows. */
const spacingPx = 2.5;

/** Contours as one SVG path, to a tenth of a pixel. */
export function contourPath(lines: readonly ContourLine[]): string {
  return lines.map(drawLine).join('');
}

function drawLine({ points, isClosed }: ContourLine): string {
  const kept: string[] = [];
  let [lastX, lastY] = [-Infinity, -Infinity];
  for (let i = 0; i + 1 < points.length; i += 2) {
    const [x, y] = [points[i] as number, points[i + 1] as number];
    const isEnd = i + 2 >= points.length;
    if (!isEnd && Math.hypot(x - lastX, y - lastY) < spacingPx) continue;
    kept.push(`${x.toFixed(1)} ${y.toFixed(1)}`);
    [lastX, lastY] = [x, y];
  }
  return `M${kept.join('L')}${isClosed ? 'Z' : ''}`;
}
