import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { Features, ImageFeatures, ReferenceSet, RowMemory, RowSearch } from './method.ts';
import { spreadOverPatches, unitRows } from './window-scores.ts';

/** What is kept of all references of all classes at most; more is refused before memory runs out. */
const maxMemoryBytes = 2 ** 31;

/** The scales that are remembered: a patch is a window of side 1. */
type Scale = readonly [side: number, rows: Features];

function scalesOf({ windows, patchTokens }: ImageFeatures): readonly Scale[] {
  if (!windows || !patchTokens) throw new Error('WinCLIP was handed features that it did not ask for');
  return [[1, patchTokens], ...windows];
}

export interface WinClipMemories {
  /** Throws `needs-choice` where there are no references at all, `too-large` where they would not fit into memory. */
  fit(references: readonly ReferenceSet[]): Promise<void>;
  has(className: string): boolean;
  /**
   * ½·min(1 - cosine) to the class's references at each patch, [grid²]: windows' distances reach their patches by harmonic mean, and
   * the three scales are averaged (WinCLIP, §4.2; methods.md §4).
   */
  distances(className: string, features: ImageFeatures): Promise<Float64Array>;
  release(): Promise<void>;
}

/** Memories of 2×2 and 3×3 windows and of the last block's patch tokens, by class. */
export function createWinClipMemories(search: RowSearch): WinClipMemories {
  const classes = new Map<string, ReadonlyMap<number, RowMemory>>();
  let bytes = 0;

  async function remember({ className, features }: ReferenceSet): Promise<void> {
    const bySide = new Map<number, Features[]>();
    for await (const image of features)
      for (const [side, rows] of scalesOf(image)) {
        bytes += rows.data.byteLength;
        if (bytes > maxMemoryBytes)
          throw new WorkbenchError(
            'too-large',
            'The reference images of all classes would take more than 2 GB of memory. Choose fewer references or a smaller image size.',
          );
        bySide.set(side, [...(bySide.get(side) ?? []), unitRows(rows)]);
      }
    if (bySide.size === 0) return;
    const memories = new Map<number, RowMemory>();
    for (const [side, parts] of bySide) memories.set(side, await search.remember(joinRows(parts)));
    classes.set(className, memories);
  }

  return {
    async fit(references) {
      for (const set of references) await remember(set);
      if (classes.size === 0)
        throw new WorkbenchError(
          'needs-choice',
          'WinCLIP with reference images found no normal image to compare with. Add good training images to the data set, or choose 0 references.',
        );
    },
    has: (className) => classes.has(className),
    async distances(className, features) {
      const memories = classes.get(className);
      const scales = scalesOf(features);
      const sum = new Float64Array(features.gridSize ** 2);
      for (const [side, rows] of scales) {
        const cosines = await memories?.get(side)?.largestProducts(unitRows(rows));
        if (!cosines) throw new Error(`nothing was remembered of the class ${className}`);
        // A patch that is in the memory itself has a cosine that rounding may lift above 1.
        const distances = Float64Array.from(cosines, (cosine) => Math.max(0, (1 - cosine) / 2));
        const map = spreadOverPatches(distances, side, features.gridSize);
        for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (map[i] ?? NaN) / scales.length;
      }
      return sum;
    },
    async release() {
      for (const memories of classes.values()) for (const memory of memories.values()) await memory.release();
      classes.clear();
    },
  };
}

function joinRows(parts: readonly Features[]): Features {
  const width = parts[0]?.width ?? 0;
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const data = new Float32Array(rows * width);
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { rows, width, data };
}
