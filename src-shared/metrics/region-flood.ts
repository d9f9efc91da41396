import type { Components } from '../mask/components.ts';

/**
 * 8-connected regions of a square map while its pixels are added from the highest value down: union-find over pixels, with
 * each region's pixels in a ring, so that a region that becomes large enough can be gone through once, and two are joined
 * by swapping two links.
 */
export class RegionFlood {
  /** The level at which the first region was large enough; -1: none was yet. */
  peakBin = -1;
  /** Regions that are large enough and touch no mark, as it stands. */
  falseRegions = 0;
  /** By mark: the level at which a region that is large enough touched it; -1: none did yet. */
  readonly foundAt: Int32Array;
  readonly #side: number;
  readonly #minAreaPx: number;
  readonly #marks: Int32Array | null;
  /** Itself for roots, -1 where a pixel was not added yet. */
  readonly #parents: Int32Array;
  /** The next three are of roots. */
  readonly #areas: Uint32Array;
  readonly #touches: Uint8Array;
  readonly #ring: Uint32Array;

  /** `marks`: components of the mask; null: not known, so no region is false. */
  constructor(sidePx: number, minAreaPx: number, marks: Components | null) {
    const count = sidePx * sidePx;
    this.#side = sidePx;
    this.#minAreaPx = Math.max(1, minAreaPx);
    this.#marks = marks?.labels ?? null;
    this.foundAt = new Int32Array(marks?.count ?? 0).fill(-1);
    this.#parents = new Int32Array(count).fill(-1);
    this.#areas = new Uint32Array(count);
    this.#touches = new Uint8Array(count);
    this.#ring = new Uint32Array(count);
  }

  /** Adds a pixel; levels come falling. */
  add(pixel: number, bin: number): void {
    this.#parents[pixel] = pixel;
    this.#areas[pixel] = 1;
    this.#ring[pixel] = pixel;
    if (this.#minAreaPx === 1) this.#grow(pixel, bin);
    const side = this.#side;
    const x = pixel % side;
    const left = x > 0 ? -1 : 0;
    const right = x + 1 < side ? 1 : 0;
    for (let row = pixel - side; row <= pixel + side; row += side) {
      if (row < 0 || row >= this.#parents.length) continue;
      for (let other = row + left; other <= row + right; other++)
        if (other !== pixel && (this.#parents[other] as number) >= 0) this.#join(pixel, other, bin);
    }
  }

  #rootOf(pixel: number): number {
    const parents = this.#parents;
    let root = pixel;
    while (parents[root] !== root) {
      const above = parents[parents[root] as number] as number;
      parents[root] = above;
      root = above;
    }
    return root;
  }

  #join(a: number, b: number, bin: number): void {
    let root = this.#rootOf(a);
    let other = this.#rootOf(b);
    if (root === other) return;
    const areas = this.#areas;
    if ((areas[root] as number) < (areas[other] as number)) [root, other] = [other, root];
    const rootWasLarge = (areas[root] as number) >= this.#minAreaPx;
    const otherWasLarge = (areas[other] as number) >= this.#minAreaPx;
    // A small region that joins a large one has its pixels looked at now, before their ring is the large one's.
    if (rootWasLarge && !otherWasLarge) this.#touch(other, bin);
    const bothTouch = ((this.#touches[root] as number) & (this.#touches[other] as number)) === 1;
    const noneTouches = ((this.#touches[root] as number) | (this.#touches[other] as number)) === 0;
    if (rootWasLarge && this.#marks !== null && !bothTouch) {
      // Of two false ones, or of a false and a true one, one false one is gone; a small one only turns a false one true.
      if (otherWasLarge || (!noneTouches && this.#touches[root] === 0)) this.falseRegions--;
    }
    this.#parents[other] = root;
    areas[root] = (areas[root] as number) + (areas[other] as number);
    this.#touches[root] = (this.#touches[root] as number) | (this.#touches[other] as number);
    const next = this.#ring[root] as number;
    this.#ring[root] = this.#ring[other] as number;
    this.#ring[other] = next;
    if (!rootWasLarge && (areas[root] as number) >= this.#minAreaPx) this.#grow(root, bin);
  }

  /** A region has become large enough. */
  #grow(root: number, bin: number): void {
    if (this.peakBin < 0) this.peakBin = bin;
    if (this.#marks === null) return;
    this.#touch(root, bin);
    if (this.#touches[root] === 0) this.falseRegions++;
  }

  /** Finds the marks under a region's pixels. */
  #touch(root: number, bin: number): void {
    const marks = this.#marks;
    if (marks === null) return;
    let pixel = root;
    do {
      const mark = marks[pixel] as number;
      if (mark > 0) {
        this.#touches[root] = 1;
        if ((this.foundAt[mark - 1] as number) < 0) this.foundAt[mark - 1] = bin;
      }
      pixel = this.#ring[pixel] as number;
    } while (pixel !== root);
  }
}
