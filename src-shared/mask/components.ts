// What lives here: binary masks: run-length form, connected components.
// What may not: anything that reads files, draws or knows of maps and scores.

/** Labels of connected components, row-major: 0 is background, components count from 1 in reading order of their first pixel. */
export interface Components {
  readonly labels: Int32Array;
  readonly count: number;
}

function findRoot(parents: Int32Array, label: number): number {
  let root = label;
  while (parents[root] !== root) root = parents[root] as number;
  let at = label;
  while (at !== root) {
    const parent = parents[at] as number;
    parents[at] = root;
    at = parent;
  }
  return root;
}

/**
 * 8-connected components of a binary raster (non-zero is inside), in two passes with union-find.
 * Throws RangeError when the raster does not have width·height values.
 */
export function labelComponents(raster: ArrayLike<number>, width: number, height: number): Components {
  if (raster.length !== width * height)
    throw new RangeError(`${raster.length} values are not ${width}×${height}`);
  const labels = new Int32Array(width * height);
  // In a row at most every second pixel can open a component, and only in every second row.
  const parents = new Int32Array(Math.ceil(width / 2) * Math.ceil(height / 2) + 1);
  let used = 0;
  const join = (a: number, b: number): number => {
    const first = findRoot(parents, a);
    const second = findRoot(parents, b);
    if (first === second) return first;
    const [root, other] = first < second ? [first, second] : [second, first];
    parents[other] = root;
    return root;
  };
  for (let y = 0, i = 0; y < height; y++) {
    const hasAbove = y > 0;
    for (let x = 0; x < width; x++, i++) {
      if (!raster[i]) continue;
      const above = hasAbove ? (labels[i - width] as number) : 0;
      // What touches this pixel and the one above it touches that one too.
      if (above !== 0) {
        labels[i] = above;
        continue;
      }
      const before = x > 0 ? (labels[i - 1] as number) : 0;
      const aboveBefore = hasAbove && x > 0 ? (labels[i - width - 1] as number) : 0;
      const aboveAfter = hasAbove && x + 1 < width ? (labels[i - width + 1] as number) : 0;
      // The same holds for the two on the left hand.
      const onLeft = before === 0 ? aboveBefore : before;
      if (onLeft !== 0) labels[i] = aboveAfter === 0 ? onLeft : join(onLeft, aboveAfter);
      else if (aboveAfter !== 0) labels[i] = aboveAfter;
      else {
        labels[i] = ++used;
        parents[used] = used;
      }
    }
  }
  // Roots have the smallest label of their component, so numbering them in order keeps the reading order.
  const finalLabels = new Int32Array(used + 1);
  let count = 0;
  for (let label = 1; label <= used; label++) {
    const root = findRoot(parents, label);
    finalLabels[label] = root === label ? ++count : (finalLabels[root] as number);
  }
  for (let i = 0; i < labels.length; i++) labels[i] = finalLabels[labels[i] as number] as number;
  return { labels, count };
}
