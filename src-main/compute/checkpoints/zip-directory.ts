import { crc32, inflateRawSync } from 'node:zlib';
import { corrupt } from './checkpoint-file.ts';
import type { CheckpointFile } from './checkpoint-file.ts';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';

/** A file inside a zip, as the central directory describes it. Names are only ever compared, never used as paths. */
export interface ZipEntry {
  readonly name: string;
  readonly compressed: boolean;
  readonly storedBytes: number;
  readonly sizeBytes: number;
  /** 0 where the writer left it out, as torch.save does on request. */
  readonly crc32: number;
  readonly headerOffset: number;
}

export interface ZipDirectory {
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /** Where an entry's bytes begin; checks its local header. */
  dataOffset(entry: ZipEntry): Promise<number>;
  /** The whole of a small entry, unpacked where packed, its checksum checked. `too-large` above `limitBytes`. */
  readEntry(entry: ZipEntry, limitBytes: number): Promise<Buffer>;
}

const endSignature = 0x06054b50;
const zip64EndSignature = 0x06064b50;
const zip64LocatorSignature = 0x07064b50;
const centralSignature = 0x02014b50;
const localSignature = 0x04034b50;
const maxDirectoryBytes = 32 * 1024 * 1024;
const maxEntries = 200_000;
/** Deflate reaches 1032:1 on nothing but zeros; a pickle of tensor descriptions stays under 20:1. */
const maxRatio = 200;

/** PKWARE APPNOTE 4.3.16 and 4.3.14: place, size and count of the central directory. */
async function findDirectory(
  file: CheckpointFile,
): Promise<{ offset: number; sizeBytes: number; count: number }> {
  const tailBytes = Math.min(file.sizeBytes, 22 + 65_535);
  const tailStart = file.sizeBytes - tailBytes;
  const tail = await file.read(tailStart, tailBytes);
  let at = tailBytes - 22;
  // The right end record is the one whose comment reaches exactly to the end of the file.
  while (
    at >= 0 &&
    !(tail.readUInt32LE(at) === endSignature && at + 22 + tail.readUInt16LE(at + 20) === tailBytes)
  )
    at--;
  if (at < 0)
    throw corrupt(file.path, 'its end is missing, it was probably cut off while copying or downloading.');
  const end = tailStart + at;
  if (tail.readUInt16LE(at + 4) !== 0 || tail.readUInt16LE(at + 6) !== 0) {
    throw corrupt(file.path, 'it is one part of a split zip.');
  }
  let count = tail.readUInt16LE(at + 10);
  let sizeBytes = tail.readUInt32LE(at + 12);
  let offset = tail.readUInt32LE(at + 16);
  let directoryEnd = end;
  const locatorAt = end - 20;
  if (locatorAt >= 0) {
    const locator = await file.read(locatorAt, 20);
    if (locator.readUInt32LE(0) === zip64LocatorSignature) {
      const recordAt = safeNumber(locator.readBigUInt64LE(8), file.path);
      if (recordAt + 56 > locatorAt) throw corrupt(file.path, 'its zip64 end record lies outside.');
      const record = await file.read(recordAt, 56);
      if (record.readUInt32LE(0) !== zip64EndSignature)
        throw corrupt(file.path, 'its zip64 end record is damaged.');
      count = safeNumber(record.readBigUInt64LE(32), file.path);
      sizeBytes = safeNumber(record.readBigUInt64LE(40), file.path);
      offset = safeNumber(record.readBigUInt64LE(48), file.path);
      directoryEnd = recordAt;
    }
  }
  if (offset + sizeBytes !== directoryEnd)
    throw corrupt(file.path, 'its table of contents is not where it should be.');
  if (sizeBytes > maxDirectoryBytes || count > maxEntries) {
    throw new WorkbenchError(
      'too-large',
      `${file.path}: its table of contents is far too long for a checkpoint.`,
    );
  }
  return { offset, sizeBytes, count };
}

function safeNumber(value: bigint, path: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw corrupt(path, 'it names an impossible size.');
  return number;
}

/** APPNOTE 4.5.3: values that did not fit into 32 bits, in this order, only those. */
function readZip64(extra: Buffer, wanted: number[], path: string): number[] {
  for (let at = 0; at + 4 <= extra.length;) {
    const id = extra.readUInt16LE(at);
    const length = extra.readUInt16LE(at + 2);
    const body = extra.subarray(at + 4, at + 4 + length);
    at += 4 + length;
    if (id !== 1) continue;
    let place = 0;
    return wanted.map((value) => {
      if (value !== 0xffffffff) return value;
      if (place + 8 > body.length) throw corrupt(path, 'a zip64 entry lacks its sizes.');
      place += 8;
      return safeNumber(body.readBigUInt64LE(place - 8), path);
    });
  }
  return wanted;
}

function parseEntries(directory: Buffer, count: number, path: string): Map<string, ZipEntry> {
  const entries = new Map<string, ZipEntry>();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== centralSignature) {
      throw corrupt(path, 'its table of contents is damaged.');
    }
    const flags = directory.readUInt16LE(at + 8);
    const method = directory.readUInt16LE(at + 10);
    const nameEnd = at + 46 + directory.readUInt16LE(at + 28);
    const extraEnd = nameEnd + directory.readUInt16LE(at + 30);
    const next = extraEnd + directory.readUInt16LE(at + 32);
    if (next > directory.length) throw corrupt(path, 'its table of contents is damaged.');
    let name: string;
    try {
      name = decoder.decode(directory.subarray(at + 46, nameEnd));
    } catch {
      throw corrupt(path, 'a name inside it is not UTF-8.');
    }
    const [sizeBytes = 0, storedBytes = 0, headerOffset = 0] = readZip64(
      directory.subarray(nameEnd, extraEnd),
      [directory.readUInt32LE(at + 24), directory.readUInt32LE(at + 20), directory.readUInt32LE(at + 42)],
      path,
    );
    if (flags & 1) throw new WorkbenchError('unsupported', `${path}: it is encrypted. Decrypt it first.`);
    if (method !== 0 && method !== 8) {
      throw new WorkbenchError('unsupported', `${path}: packed in a way that PyTorch does not write.`);
    }
    if (method === 0 && storedBytes !== sizeBytes) throw corrupt(path, `the sizes of ${name} disagree.`);
    if (entries.has(name)) throw corrupt(path, `it holds ${name} twice.`);
    entries.set(name, {
      name,
      compressed: method === 8,
      storedBytes,
      sizeBytes,
      crc32: directory.readUInt32LE(at + 16),
      headerOffset,
    });
    at = next;
  }
  if (at !== directory.length) throw corrupt(path, 'its table of contents is damaged.');
  return entries;
}

/** Entries that share bytes are how zip bombs are built; PyTorch writes none. */
function checkOverlaps(entries: ReadonlyMap<string, ZipEntry>, directoryOffset: number, path: string): void {
  const ordered = [...entries.values()].sort((a, b) => a.headerOffset - b.headerOffset);
  ordered.forEach((entry, i) => {
    const end = entry.headerOffset + 30 + Buffer.byteLength(entry.name) + entry.storedBytes;
    if (end > (ordered[i + 1]?.headerOffset ?? directoryOffset)) {
      throw corrupt(path, `${entry.name} overlaps another entry or the table of contents.`);
    }
  });
}

/** Reads and checks the table of contents of a zip (zip64 too). */
export async function readZipDirectory(file: CheckpointFile): Promise<ZipDirectory> {
  const { path } = file;
  if (file.sizeBytes < 22) throw corrupt(path, 'it is far too short.');
  const place = await findDirectory(file);
  const entries = parseEntries(await file.read(place.offset, place.sizeBytes), place.count, path);
  checkOverlaps(entries, place.offset, path);

  async function dataOffset(entry: ZipEntry): Promise<number> {
    const fixed = await file.read(entry.headerOffset, 30);
    const nameBytes = fixed.readUInt16LE(26);
    const start = entry.headerOffset + 30 + nameBytes + fixed.readUInt16LE(28);
    if (
      fixed.readUInt32LE(0) !== localSignature ||
      fixed.readUInt16LE(8) !== (entry.compressed ? 8 : 0) ||
      start + entry.storedBytes > place.offset ||
      (await file.read(entry.headerOffset + 30, nameBytes)).toString('utf8') !== entry.name
    ) {
      throw corrupt(path, `the entry ${entry.name} is damaged.`);
    }
    return start;
  }

  return {
    entries,
    dataOffset,
    async readEntry(entry, limitBytes) {
      const ratio = entry.sizeBytes / Math.max(1, entry.storedBytes);
      if (entry.sizeBytes > limitBytes || entry.storedBytes > limitBytes || ratio > maxRatio) {
        throw new WorkbenchError('too-large', `${path}: ${entry.name} is far too large for a checkpoint.`);
      }
      const stored = await file.read(await dataOffset(entry), entry.storedBytes);
      let bytes = stored;
      if (entry.compressed) {
        try {
          bytes = inflateRawSync(stored, { maxOutputLength: Math.max(1, entry.sizeBytes) });
        } catch {
          throw corrupt(path, `${entry.name} cannot be unpacked.`);
        }
      }
      if (bytes.length !== entry.sizeBytes || (entry.crc32 !== 0 && crc32(bytes) !== entry.crc32)) {
        throw corrupt(path, `${entry.name} is damaged (its checksum is wrong).`);
      }
      return bytes;
    },
  };
}
