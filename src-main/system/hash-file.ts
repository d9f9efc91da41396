import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';

export interface HashFileOptions {
  readonly signal?: AbortSignal;
  /** Told after each piece how much was read. */
  readonly onBytes?: (readBytes: number) => void;
}

/** Adds a file to a hash, piece by piece, and returns its length. Throws what the file system throws. */
export async function addFileToHash(
  hash: Hash,
  path: string,
  { signal, onBytes }: HashFileOptions = {},
): Promise<number> {
  let sizeBytes = 0;
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 1 << 20 })) {
    const bytes = chunk as Buffer;
    hash.update(bytes);
    sizeBytes += bytes.length;
    onBytes?.(sizeBytes);
  }
  return sizeBytes;
}

/** SHA-256 of a file, hex. Throws what the file system throws. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await addFileToHash(hash, path);
  return hash.digest('hex');
}
