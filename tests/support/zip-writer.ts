import { open } from 'node:fs/promises';
import { crc32, deflateRawSync } from 'node:zlib';

/** A file to put into a zip: whole bytes, or pieces of a known total length. */
export interface ZipSource {
  readonly name: string;
  readonly sizeBytes: number;
  pieces(): Iterable<Uint8Array>;
  /** Deflated, as TorchScript's `code/` is; only for small ones. */
  readonly compressed?: boolean;
}

export function zipSource(name: string, bytes: Uint8Array | string, compressed = false): ZipSource {
  const data = typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes;
  return { name, sizeBytes: data.length, pieces: () => [data], compressed };
}

/**
 * Writes a zip the way PyTorch does: data at multiples of 64 bytes (padded by an `FB` extra field), sizes in a data descriptor
 * after the data and in the central directory, a zip64 end record always. Up to 4 GiB. `patch` may damage the result.
 */
export async function writeTorchLikeZip(file: string, sources: readonly ZipSource[]): Promise<void> {
  const handle = await open(file, 'w');
  let at = 0;
  const put = async (bytes: Uint8Array): Promise<void> => {
    for (let done = 0; done < bytes.length;) done += (await handle.write(bytes, done)).bytesWritten;
    at += bytes.length;
  };
  const central: Buffer[] = [];
  try {
    for (const source of sources) {
      const headerOffset = at;
      const name = Buffer.from(source.name, 'utf8');
      const unaligned = at + 30 + name.length + 4;
      const padding = (64 - (unaligned % 64)) % 64;
      const method = source.compressed ? 8 : 0;
      const local = Buffer.alloc(30 + name.length + 4 + padding, 'Z');
      local.fill(0, 0, 30);
      local.writeUInt32LE(0x04034b50, 0);
      local.writeUInt16LE(0x0808, 6);
      local.writeUInt16LE(method, 8);
      local.writeUInt16LE(name.length, 26);
      local.writeUInt16LE(4 + padding, 28);
      name.copy(local, 30);
      local.write('FB', 30 + name.length, 'latin1');
      local.writeUInt16LE(padding, 32 + name.length);
      await put(local);
      let checksum = 0;
      let storedBytes = 0;
      for (const piece of source.pieces()) {
        checksum = crc32(piece, checksum);
        const stored = source.compressed ? deflateRawSync(piece) : piece;
        storedBytes += stored.length;
        await put(stored);
      }
      const descriptor = Buffer.alloc(16);
      descriptor.writeUInt32LE(0x08074b50, 0);
      descriptor.writeUInt32LE(checksum, 4);
      descriptor.writeUInt32LE(storedBytes, 8);
      descriptor.writeUInt32LE(source.sizeBytes, 12);
      await put(descriptor);
      const entry = Buffer.alloc(46 + name.length);
      entry.writeUInt32LE(0x02014b50, 0);
      entry.writeUInt16LE(0x0808, 8);
      entry.writeUInt16LE(method, 10);
      entry.writeUInt32LE(checksum, 16);
      entry.writeUInt32LE(storedBytes, 20);
      entry.writeUInt32LE(source.sizeBytes, 24);
      entry.writeUInt16LE(name.length, 28);
      entry.writeUInt32LE(headerOffset, 42);
      name.copy(entry, 46);
      central.push(entry);
    }
    const directoryOffset = at;
    for (const entry of central) await put(entry);
    await put(endOfZip(sources.length, directoryOffset, at - directoryOffset));
  } finally {
    await handle.close();
  }
}

function endOfZip(count: number, directoryOffset: number, directoryBytes: number): Buffer {
  const end = Buffer.alloc(56 + 20 + 22);
  end.writeUInt32LE(0x06064b50, 0);
  end.writeBigUInt64LE(44n, 4);
  end.writeBigUInt64LE(BigInt(count), 24);
  end.writeBigUInt64LE(BigInt(count), 32);
  end.writeBigUInt64LE(BigInt(directoryBytes), 40);
  end.writeBigUInt64LE(BigInt(directoryOffset), 48);
  end.writeUInt32LE(0x07064b50, 56);
  end.writeBigUInt64LE(BigInt(directoryOffset + directoryBytes), 64);
  end.writeUInt32LE(1, 72);
  end.writeUInt32LE(0x06054b50, 76);
  end.writeUInt16LE(count, 84);
  end.writeUInt16LE(count, 86);
  end.writeUInt32LE(directoryBytes, 88);
  end.writeUInt32LE(directoryOffset, 92);
  return end;
}
