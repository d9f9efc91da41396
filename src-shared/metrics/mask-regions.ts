import { labelComponents } from '../mask/components.ts';

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

/** Components of a mask (non-zero inside), row-major. Throws RangeError when it does not have width·height values. */
export function findMaskRegions(mask: Uint8Array, width: number, height: number): MaskRegions {
  const { labels, count } = labelComponents(mask, width, height);
  const areaOf = new Uint32Array(count + 1);
  const starts: number[] = [];
  const ends: number[] = [];
  const owners: number[] = [];
  for (let y = 0; y < height; y++) {
    const rowEnd = (y + 1) * width;
    for (let i = y * width; i < rowEnd; i++) {
      const label = labels[i] as number;
      if (label === 0) continue;
      const start = i;
      // What touches inside a row is one component, so a run has one label.
      while (i < rowEnd && labels[i] !== 0) i++;
      areaOf[label] = (areaOf[label] as number) + i - start;
      starts.push(start);
      ends.push(i);
      owners.push(label);
    }
  }
  return {
    pixelCount: mask.length,
    componentCount: count,
    starts: Uint32Array.from(starts),
    ends: Uint32Array.from(ends),
    areas: Uint32Array.from(owners, (label) => areaOf[label] as number),
  };
}

/** Bytes that regions take. */
export function regionsSizeBytes({ starts }: MaskRegions): number {
  return starts.length * 12;
}
