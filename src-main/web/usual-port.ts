import { createHash } from 'node:crypto';
import path from 'node:path';

/** Ports that nobody is given for good. */
const firstPrivatePort = 49_152;
const privatePortCount = 65_536 - firstPrivatePort;

/**
 * The port that a data folder is served on wherever it is free. A browser keeps what a page has not stored yet by its
 * address, port included: only at the same one does the next start find it.
 */
export function usualPort(dataFolder: string): number {
  const hash = createHash('sha256').update(path.resolve(dataFolder)).digest();
  return firstPrivatePort + (hash.readUInt32LE(0) % privatePortCount);
}
