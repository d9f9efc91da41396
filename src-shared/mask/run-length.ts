import { WorkbenchError } from '../contract/errors.ts';

/**
 * A binary mask as lengths of runs in row-major order, outside and inside in turn, beginning with outside (0 where the
 * first pixel is inside). Lengths sum to width·height; only the first may be 0.
 */
export interface RunLengthMask {
  readonly width: number;
  readonly height: number;
  readonly runs: Uint32Array;
}

/** Run-length form of a raster of width·height values, non-zero inside. */
export function encodeRuns(raster: ArrayLike<number>, width: number, height: number): RunLengthMask {
  if (raster.length !== width * height)
    throw new RangeError(`${raster.length} values are not ${width}×${height}`);
  const runs: number[] = [];
  let inside = false;
  let start = 0;
  for (let i = 0; i < raster.length; i++) {
    if (Boolean(raster[i]) === inside) continue;
    runs.push(i - start);
    start = i;
    inside = !inside;
  }
  if (raster.length > start) runs.push(raster.length - start);
  return { width, height, runs: Uint32Array.from(runs) };
}

/** The raster of a run-length mask, 1 inside and 0 outside. Throws `corrupt-file` when the runs do not fill it exactly. */
export function decodeRuns({ width, height, runs }: RunLengthMask): Uint8Array {
  const area = width * height;
  // Summed before anything is allocated: masks also come from files.
  const total = runs.reduce((sum, run) => sum + run, 0);
  if (total !== area || runs.some((run, i) => run === 0 && i > 0)) {
    throw new WorkbenchError(
      'corrupt-file',
      `This mask is damaged: its runs cover ${total} pixels, the image has ${width}×${height}. Draw or import it again.`,
    );
  }
  const raster = new Uint8Array(area);
  let at = 0;
  for (const [i, run] of runs.entries()) {
    if (i % 2 === 1) raster.fill(1, at, at + run);
    at += run;
  }
  return raster;
}

/** Number of pixels inside. */
export function maskArea({ runs }: RunLengthMask): number {
  return runs.reduce((sum, run, i) => (i % 2 === 1 ? sum + run : sum), 0);
}
