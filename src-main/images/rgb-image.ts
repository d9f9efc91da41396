/** An image in memory: 8-bit RGB, row-major, height×width×3 bytes. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A part of an image in pixels of the image as it is shown (EXIF orientation applied). */
export interface ImageRegion {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
