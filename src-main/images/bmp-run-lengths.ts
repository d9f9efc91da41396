// What lives here: reading image files of any origin, resizing, thumbnails. Used by core and by compute.
// What may not: anything of core, compute or hosts, and any writing to the user's images.

/**
 * Expands BMP's RLE8 or RLE4 to palette indices, bottom row first, one byte each; pixels that are skipped stay 0.
 * Null when the code ends too early or leaves the image.
 */
export function expandRunLengths(
  code: Uint8Array,
  width: number,
  height: number,
  bits: 4 | 8,
): Uint8Array | null {
  const indices = new Uint8Array(width * height);
  let [x, y, at] = [0, 0, 0];
  const put = (index: number): void => {
    // Writers pad runs beyond a row's end; readers agree to drop what does not fit.
    if (x < width) indices[y * width + x] = index;
    x++;
  };
  const nibble = (byte: number, i: number) => (bits === 8 ? byte : i % 2 === 0 ? byte >> 4 : byte & 15);
  while (y < height) {
    const [count, value] = [code[at], code[at + 1]];
    if (count === undefined || value === undefined) return null;
    at += 2;
    if (count > 0) {
      for (let i = 0; i < count; i++) put(nibble(value, i));
    } else if (value === 0) {
      x = 0;
      y++;
    } else if (value === 1) {
      return indices;
    } else if (value === 2) {
      const [right, up] = [code[at], code[at + 1]];
      if (right === undefined || up === undefined) return null;
      at += 2;
      x += right;
      y += up;
      if (x > width || y > height) return null;
    } else {
      const length = bits === 8 ? value : Math.ceil(value / 2);
      if (at + length > code.length) return null;
      for (let i = 0; i < value; i++) put(nibble(code[at + (bits === 8 ? i : i >> 1)] as number, i));
      at += length + (length % 2);
    }
  }
  return indices;
}
