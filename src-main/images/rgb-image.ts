// What lives here: reading image files of any origin, resizing, thumbnails. Used by core and by compute.
// What may not: anything of core, compute or hosts, and any writing to the user's images.

/** An image in memory: 8-bit RGB, row-major, height×width×3 bytes. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}
