/** Numbers of TIFF 6.0's field types, with the bytes of one value. */
const types = { ascii: [2, 1], short: [3, 2], long: [4, 4], rational: [5, 8], float: [11, 4] } as const;

interface Field {
  readonly tag: number;
  readonly type: keyof typeof types;
  readonly values: readonly number[] | string;
}

export interface FloatTiff {
  readonly width: number;
  readonly height: number;
  /** Smallest and largest value of the scale that all maps of a run share (SMinSampleValue, SMaxSampleValue). */
  readonly scale: { readonly min: number; readonly max: number };
  /** ASCII. */
  readonly software: string;
}

/**
 * What comes before the values in a TIFF 6.0 of one page: little-endian, one channel of 32-bit IEEE floats (§19,
 * SampleFormat 3), not compressed, one strip, rows from top to bottom. Followed by width·height values it is a whole
 * file.
 */
export function floatTiffHeader({ width, height, scale, software }: FloatTiff): Buffer {
  const fields: readonly Field[] = [
    { tag: 256, type: 'long', values: [width] },
    { tag: 257, type: 'long', values: [height] },
    { tag: 258, type: 'short', values: [32] }, // BitsPerSample
    { tag: 259, type: 'short', values: [1] }, // Compression: none
    { tag: 262, type: 'short', values: [1] }, // PhotometricInterpretation: 0 is black
    { tag: 273, type: 'long', values: [0] }, // StripOffsets, set below
    { tag: 277, type: 'short', values: [1] }, // SamplesPerPixel
    { tag: 278, type: 'long', values: [height] }, // RowsPerStrip
    { tag: 279, type: 'long', values: [width * height * 4] }, // StripByteCounts
    { tag: 282, type: 'rational', values: [1, 1] }, // XResolution
    { tag: 283, type: 'rational', values: [1, 1] },
    { tag: 296, type: 'short', values: [1] }, // ResolutionUnit: none
    { tag: 305, type: 'ascii', values: `${software}\0` },
    { tag: 339, type: 'short', values: [3] }, // SampleFormat: IEEE floats
    { tag: 340, type: 'float', values: [scale.min] },
    { tag: 341, type: 'float', values: [scale.max] },
  ];
  const directoryAt = 8;
  const extraAt = directoryAt + 2 + fields.length * 12 + 4;
  const head = Buffer.alloc(extraAt);
  head.write('II', 'latin1');
  head.writeUInt16LE(42, 2);
  head.writeUInt32LE(directoryAt, 4);
  head.writeUInt16LE(fields.length, directoryAt);
  const extra: Buffer[] = [];
  let end = extraAt;
  for (const [i, field] of fields.entries()) {
    const [type, size] = types[field.type];
    const bytes = valueBytes(field);
    const at = directoryAt + 2 + 12 * i;
    head.writeUInt16LE(field.tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(bytes.length / size, at + 4);
    if (bytes.length <= 4) {
      bytes.copy(head, at + 8);
      continue;
    }
    head.writeUInt32LE(end, at + 8);
    const padded = Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)]);
    extra.push(padded);
    end += padded.length;
  }
  // Readers that map the file want aligned floats.
  const dataAt = Math.ceil(end / 16) * 16;
  const stripOffsets = fields.findIndex(({ tag }) => tag === 273);
  head.writeUInt32LE(dataAt, directoryAt + 2 + 12 * stripOffsets + 8);
  return Buffer.concat([head, ...extra, Buffer.alloc(dataAt - end)]);
}

function valueBytes({ type, values }: Field): Buffer {
  if (typeof values === 'string') return Buffer.from(values, 'latin1');
  const bytes = Buffer.alloc(values.length * (type === 'short' ? 2 : 4));
  for (const [i, value] of values.entries()) {
    if (type === 'short') bytes.writeUInt16LE(value, 2 * i);
    else if (type === 'float') bytes.writeFloatLE(value, 4 * i);
    else bytes.writeUInt32LE(value, 4 * i);
  }
  return bytes;
}
