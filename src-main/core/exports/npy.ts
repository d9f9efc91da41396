const magic = Buffer.from('\x93NUMPY\x01\x00', 'latin1');
/** The array begins at a multiple of this. */
const alignment = 64;

/**
 * What comes before the values in an NPY file of version 1.0 (NumPy's `numpy.lib.format`): little-endian float32 of
 * shape [rows, columns] in C order.
 */
export function npyHeader(rows: number, columns: number): Buffer {
  const words = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const fixedBytes = magic.length + 2;
  const padded = words.padEnd(
    Math.ceil((fixedBytes + words.length + 1) / alignment) * alignment - fixedBytes - 1,
  );
  const length = Buffer.alloc(2);
  length.writeUInt16LE(padded.length + 1);
  return Buffer.concat([magic, length, Buffer.from(`${padded}\n`, 'latin1')]);
}
