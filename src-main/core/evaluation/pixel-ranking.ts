import { RankingTally, type TallyResult } from '../../../src-shared/metrics/ranking-tally.ts';

/** Lets other work of the process have its turn; called every few milliseconds. */
export type Pause = () => Promise<void>;

/** Values handled between two pauses: a few milliseconds. */
const stepSize = 400_000;
const digits = 65_536;

const negativeZero = 0x80000000;
const infinity = 0x7f800000;

/** The bits of a float as an integer of the same order: negative floats are turned round, both zeros are one. */
function orderedBits(bits: number): number {
  if (bits === negativeZero) return negativeZero;
  return bits >>> 31 === 1 ? ~bits >>> 0 : (bits | 0x80000000) >>> 0;
}

/**
 * Collects the pixels of one class and ranks them exactly. Holds 8 bytes a pixel of `capacity` (keys and room to sort
 * them in): 2.1 MB an image at 518 px.
 */
export class PixelRanking {
  readonly #keys: Uint32Array;
  /** Good pixels fill the keys from the front, anomalous ones from the back. */
  #negatives = 0;
  #positives = 0;

  constructor(capacity: number) {
    this.#keys = new Uint32Array(capacity);
  }

  /**
   * Adds a map with its mask (1 where anomalous; null: good everywhere), both row-major and of one size. False, with
   * nothing added, when the map holds a value that is not a number. Throws RangeError beyond the capacity.
   */
  add(map: Float32Array, mask: Uint8Array | null): boolean {
    if (mask !== null && mask.length !== map.length)
      throw new RangeError(`${map.length} values but ${mask.length} pixels of a mask`);
    if (map.length > this.#keys.length - this.#negatives - this.#positives)
      throw new RangeError('more pixels than were announced');
    const bits = new Uint32Array(map.buffer, map.byteOffset, map.length);
    if (bits.some((value) => (value & 0x7fffffff) > infinity)) return false;
    let front = this.#negatives;
    let back = this.#keys.length - this.#positives;
    for (let i = 0; i < bits.length; i++) {
      const key = orderedBits(bits[i] as number);
      if (mask !== null && mask[i] !== 0) this.#keys[--back] = key;
      else this.#keys[front++] = key;
    }
    this.#negatives = front;
    this.#positives = this.#keys.length - back;
    return true;
  }

  /** Sorts what was added and walks down it once. The collection is used up. */
  async rank(pause: Pause): Promise<TallyResult> {
    const scratch = new Uint32Array(this.#keys.length);
    const low = this.#keys.subarray(0, this.#negatives);
    const high = this.#keys.subarray(this.#keys.length - this.#positives);
    await sortKeys(low, scratch, pause);
    await sortKeys(high, scratch, pause);
    const tally = new RankingTally(high.length, low.length);
    let [h, l] = [high.length - 1, low.length - 1];
    for (let steps = 1; h >= 0 || l >= 0; steps++) {
      const threshold = Math.max(high[h] ?? 0, low[l] ?? 0);
      const [hBefore, lBefore] = [h, l];
      while (h >= 0 && (high[h] as number) >= threshold) h--;
      while (l >= 0 && (low[l] as number) >= threshold) l--;
      tally.add(hBefore - h, lBefore - l);
      if (steps % stepSize === 0) await pause();
    }
    return tally.result();
  }
}

/** Radix sort, ascending, by two digits of 16 bits: unlike `sort` it can be left in the middle. */
async function sortKeys(keys: Uint32Array, scratch: Uint32Array, pause: Pause): Promise<void> {
  const room = scratch.subarray(0, keys.length);
  for (const [from, to, shift] of [
    [keys, room, 0],
    [room, keys, 16],
  ] as const) {
    const starts = new Uint32Array(digits + 1);
    await inSteps(from.length, pause, (begin, end) => {
      for (let i = begin; i < end; i++) {
        const next = (((from[i] as number) >>> shift) & 0xffff) + 1;
        starts[next] = (starts[next] as number) + 1;
      }
    });
    for (let digit = 0; digit < digits; digit++)
      starts[digit + 1] = (starts[digit + 1] as number) + (starts[digit] as number);
    await inSteps(from.length, pause, (begin, end) => {
      for (let i = begin; i < end; i++) {
        const key = from[i] as number;
        const digit = (key >>> shift) & 0xffff;
        const at = starts[digit] as number;
        to[at] = key;
        starts[digit] = at + 1;
      }
    });
  }
}

async function inSteps(
  count: number,
  pause: Pause,
  work: (begin: number, end: number) => void,
): Promise<void> {
  for (let begin = 0; begin < count; begin += stepSize) {
    work(begin, Math.min(count, begin + stepSize));
    await pause();
  }
}
