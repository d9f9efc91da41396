import { lstat, open, rm, utimes } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { featureKinds, valueCount, type FeatureLayout } from './feature-layout.ts';

/*
 * A file, little-endian: magic (8 bytes), version, number of sections, side of the patch grid (4 each), key (32), for each section
 * kind, parameter, rows and width (4 each), crc32 of all before it and of the values (4), values as fp16. All but the checksum and
 * the values is known before a file is opened: it is compared, never believed.
 */
const magic = Buffer.from('AWFEATUR', 'latin1');
const version = 1;
const fixedBytes = magic.length + 12 + 32;
const sectionBytes = 16;
const checksumBytes = 4;

/** Looked at again, a file is marked as used at most so often. */
const touchEveryMs = 60_000;

/** The bytes before the checksum. `key`: 64 hexadecimal digits. */
function headerOf(key: string, { gridSize, sections }: FeatureLayout): Buffer {
  const header = Buffer.alloc(fixedBytes + sections.length * sectionBytes);
  magic.copy(header);
  let offset = magic.length;
  for (const value of [version, sections.length, gridSize]) offset = header.writeUInt32LE(value, offset);
  offset += Buffer.from(key, 'hex').copy(header, offset);
  for (const { kind, parameter, rows, width } of sections)
    for (const value of [featureKinds.indexOf(kind), parameter, rows, width])
      offset = header.writeUInt32LE(value, offset);
  return header;
}

const bytesOf = (bits: Uint16Array): Uint8Array =>
  new Uint8Array(bits.buffer, bits.byteOffset, bits.byteLength);

/** The pieces of a file one behind the other. */
export function featureFileParts(
  key: string,
  layout: FeatureLayout,
  bits: Uint16Array,
): readonly Uint8Array[] {
  const header = headerOf(key, layout);
  const values = bytesOf(bits);
  const checksum = Buffer.alloc(checksumBytes);
  checksum.writeUInt32LE(crc32(values, crc32(header)));
  return [header, checksum, values];
}

/**
 * The values of a file, or null where there is none or it is not what it should be: cut off, longer, damaged, of another program, or
 * no file at all. Such a one is deleted, so that it is made again. Never throws.
 */
export async function readFeatureFile(
  path: string,
  key: string,
  layout: FeatureLayout,
): Promise<Uint16Array<ArrayBuffer> | null> {
  try {
    const facts = await lstat(path);
    const bits = facts.isFile() ? await readWhole(path, facts.size, key, layout) : null;
    if (bits === null) await rm(path, { recursive: true, force: true });
    else if (Date.now() - facts.mtimeMs > touchEveryMs) await touch(path);
    return bits;
  } catch {
    // Not there, or out of reach: then it is made, and kept where that is possible.
    return null;
  }
}

async function readWhole(
  path: string,
  sizeBytes: number,
  key: string,
  layout: FeatureLayout,
): Promise<Uint16Array<ArrayBuffer> | null> {
  const header = headerOf(key, layout);
  const bits = new Uint16Array(valueCount(layout));
  const values = bytesOf(bits);
  const valuesAt = header.length + checksumBytes;
  if (sizeBytes !== valuesAt + values.length) return null;
  const file = await open(path, 'r');
  try {
    const head = new Uint8Array(valuesAt);
    if (!(await fill(file, head, 0)) || !header.equals(head.subarray(0, header.length))) return null;
    if (!(await fill(file, values, valuesAt))) return null;
    const checksum = Buffer.from(head.buffer).readUInt32LE(header.length);
    return checksum === crc32(values, crc32(header)) ? bits : null;
  } finally {
    await file.close();
  }
}

async function fill(
  file: Awaited<ReturnType<typeof open>>,
  target: Uint8Array,
  position: number,
): Promise<boolean> {
  let done = 0;
  while (done < target.length) {
    const { bytesRead } = await file.read(target, done, target.length - done, position + done);
    if (bytesRead === 0) return false;
    done += bytesRead;
  }
  return true;
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
}
