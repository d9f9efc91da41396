import { open } from 'node:fs/promises';

const mostEntries = 4096;
const mostParts = 1_000_000;
/** Tags: where strips and tiles lie, and how long they are. */
const offsetTags: ReadonlySet<number> = new Set([273, 324]);
const lengthTags: ReadonlySet<number> = new Set([279, 325]);
const typeBytes: Readonly<Record<number, number>> = { 3: 2, 4: 4 };

/**
 * Where the pixels of a TIFF's first page end, in bytes, by its directory; null where that does not say it plainly (large
 * TIFFs above 4 GB, odd types, a damaged directory: decoding tells then). A file that is shorter was cut off.
 */
export async function readTiffExtent(file: string): Promise<number | null> {
  const handle = await open(file, 'r');
  try {
    const read = async (start: number, length: number): Promise<Buffer | null> => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, start);
      return bytesRead === length ? buffer : null;
    };
    const head = await read(0, 8);
    if (head === null) return null;
    const isLittle = head.toString('latin1', 0, 4) === 'II*\0';
    if (!isLittle && head.toString('latin1', 0, 4) !== 'MM\0*') return null;
    const short = (bytes: Buffer, at: number) => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
    const long = (bytes: Buffer, at: number) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
    const start = long(head, 4);
    const countBytes = await read(start, 2);
    const count = countBytes === null ? 0 : short(countBytes, 0);
    if (count === 0 || count > mostEntries) return null;
    const entries = await read(start + 2, count * 12);
    if (entries === null) return null;

    const valuesAt = async (at: number): Promise<number[] | null> => {
      const [type, number] = [short(entries, at + 2), long(entries, at + 4)];
      const width = typeBytes[type];
      if (width === undefined || number > mostParts) return null;
      const bytes =
        width * number <= 4
          ? entries.subarray(at + 8, at + 12)
          : await read(long(entries, at + 8), width * number);
      if (bytes === null) return null;
      return Array.from({ length: number }, (_, i) =>
        width === 2 ? short(bytes, 2 * i) : long(bytes, 4 * i),
      );
    };
    let [offsets, lengths]: (number[] | null)[] = [null, null];
    for (let at = 0; at < entries.length; at += 12) {
      const tag = short(entries, at);
      if (offsetTags.has(tag)) offsets = await valuesAt(at);
      if (lengthTags.has(tag)) lengths = await valuesAt(at);
    }
    if (!offsets || offsets.length !== lengths?.length) return null;
    return offsets.reduce((end, offset, i) => Math.max(end, offset + (lengths[i] ?? 0)), 0);
  } finally {
    await handle.close();
  }
}
