import { crc32 } from 'node:zlib';

export interface ZipRecord {
  readonly name: string;
  readonly data: Uint8Array;
}

const alignment = 64;
const localBytes = 30;
const centralBytes = 46;
const extraHeaderBytes = 4;
/** «FB», PyTorch's own mark of an extra field that only fills up. */
const paddingMark = 0x4246;
/** 1 January 1980, the first day a zip knows: equal contents make equal files. */
const firstDay = 0x0021;
const uniqueBytes = 0xffff_ffff;

/**
 * A zip of unpacked records whose data begin at multiples of 64 bytes, as PyTorch's loader maps them (its PyTorchStreamWriter does
 * the same). Throws `RangeError` beyond 4 GB.
 */
export function storedZip(records: readonly ZipRecord[]): Buffer {
  const parts: Uint8Array[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  const append = (bytes: Uint8Array) => {
    parts.push(bytes);
    offset += bytes.length;
  };
  for (const { name, data } of records) {
    const nameBytes = Buffer.from(name, 'utf8');
    const unpadded = offset + localBytes + nameBytes.length + extraHeaderBytes;
    const padding = (alignment - (unpadded % alignment)) % alignment;
    if (unpadded + padding + data.length > uniqueBytes) throw new RangeError('a zip beyond 4 GB');
    const extra = Buffer.alloc(extraHeaderBytes + padding, 'Z');
    extra.writeUInt16LE(paddingMark, 0);
    extra.writeUInt16LE(padding, 2);
    const checksum = crc32(data);
    const local = Buffer.alloc(localBytes);
    local.writeUInt32LE(0x04034b50, 0);
    writeFacts(local, 4, { checksum, sizeBytes: data.length, nameBytes: nameBytes.length });
    local.writeUInt16LE(extra.length, 28);
    const central = Buffer.alloc(centralBytes);
    central.writeUInt32LE(0x02014b50, 0);
    writeFacts(central, 6, { checksum, sizeBytes: data.length, nameBytes: nameBytes.length });
    central.writeUInt32LE(offset, 42);
    directory.push(central, nameBytes);
    for (const bytes of [local, nameBytes, extra, data]) append(bytes);
  }
  const directoryAt = offset;
  directory.forEach(append);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(records.length, 8);
  end.writeUInt16LE(records.length, 10);
  end.writeUInt32LE(offset - directoryAt, 12);
  end.writeUInt32LE(directoryAt, 16);
  parts.push(end);
  return Buffer.concat(parts);
}

/** What local and central headers say alike, from «version needed» to the length of the name. */
function writeFacts(
  header: Buffer,
  at: number,
  facts: { readonly checksum: number; readonly sizeBytes: number; readonly nameBytes: number },
): void {
  header.writeUInt16LE(firstDay, at + 8);
  header.writeUInt32LE(facts.checksum, at + 10);
  header.writeUInt32LE(facts.sizeBytes, at + 14);
  header.writeUInt32LE(facts.sizeBytes, at + 18);
  header.writeUInt16LE(facts.nameBytes, at + 22);
}
