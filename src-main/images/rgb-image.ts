/** An image in memory: 8-bit RGB, row-major, height×width×3 bytes. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}
