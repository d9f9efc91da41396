/**
 * The anomalous pixels of a mask as runs in row-major order, none across the end of a row. Run k covers pixels
 * `starts[k]` up to, not including, `ends[k]`; `areas[k]` is the area in pixels of the 8-connected component it
 * belongs to.
 */
export interface MaskRegions {
  readonly pixelCount: number;
  readonly componentCount: number;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly areas: Uint32Array;
}

/** Hands out all `pixelCount` pixels in their order: stretches of normal ones, and runs of a region of `area` pixels. */
export function walkRegions(
  pixelCount: number,
  regions: MaskRegions | null,
  onNormal: (start: number, end: number) => void,
  onAnomalous: (start: number, end: number, area: number) => void,
): void {
  let done = 0;
  if (regions !== null) {
    const { starts, ends, areas } = regions;
    for (let run = 0; run < starts.length; run++) {
      const [start, end] = [starts[run] as number, ends[run] as number];
      onNormal(done, start);
      onAnomalous(start, end, areas[run] as number);
      done = end;
    }
  }
  onNormal(done, pixelCount);
}

/**
 * Components of a mask (non-zero inside): runs of neighbouring rows that touch, corners included, are joined by
 * union-find. Throws RangeError when the mask does not have width·height values.
 */
export function findMaskRegions(mask: Uint8Array, width: number, height: number): MaskRegions {
  if (mask.length !== width * height)
    throw new RangeError(`${mask.length} values are not ${width}×${height}`);
  const starts: number[] = [];
  const ends: number[] = [];
  const parents: number[] = [];
  /** The first run of the row above that may still touch. */
  let above = 0;
  for (let y = 0; y < height; y++) {
    const first = starts.length;
    findRuns(mask, y * width, (y + 1) * width, starts, ends);
    for (let run = first; run < starts.length; run++) {
      parents.push(run);
      const start = (starts[run] as number) - width;
      const end = (ends[run] as number) - width;
      // Runs above are in order: those that end left of this one are of no use to the next one either.
      while (above < first && (ends[above] as number) < start) above++;
      for (let other = above; other < first && (starts[other] as number) <= end; other++)
        join(parents, run, other);
    }
    above = first;
  }
  return { pixelCount: mask.length, ...measureComponents(starts, ends, parents) };
}

function findRuns(mask: Uint8Array, from: number, to: number, starts: number[], ends: number[]): void {
  for (let i = from; i < to; i++) {
    if (mask[i] === 0) continue;
    starts.push(i);
    while (i < to && mask[i] !== 0) i++;
    ends.push(i);
  }
}

function findRoot(parents: number[], run: number): number {
  let root = run;
  while (parents[root] !== root) root = parents[root] as number;
  for (let at = run; at !== root;) {
    const next = parents[at] as number;
    parents[at] = root;
    at = next;
  }
  return root;
}

function join(parents: number[], a: number, b: number): void {
  const [rootA, rootB] = [findRoot(parents, a), findRoot(parents, b)];
  if (rootA < rootB) parents[rootB] = rootA;
  else parents[rootA] = rootB;
}

function measureComponents(starts: readonly number[], ends: readonly number[], parents: number[]) {
  const areaOf = new Uint32Array(starts.length);
  let componentCount = 0;
  for (let run = 0; run < starts.length; run++) {
    const root = findRoot(parents, run);
    if (root === run) componentCount++;
    areaOf[root] = (areaOf[root] as number) + (ends[run] as number) - (starts[run] as number);
  }
  return {
    componentCount,
    starts: Uint32Array.from(starts),
    ends: Uint32Array.from(ends),
    areas: Uint32Array.from(parents, (_, run) => areaOf[findRoot(parents, run)] as number),
  };
}

/** Bytes that regions take. */
export function regionsSizeBytes({ starts }: MaskRegions): number {
  return starts.length * 12;
}
