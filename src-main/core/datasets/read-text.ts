import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { fromSystemError } from '../error-report.ts';
import type { TreeReader } from './read-folder.ts';

/** Tables and annotation files above this are refused: a string holds no more than twice as much. */
const longestTextBytes = 256 * 1024 * 1024;
const chunkBytes = 1024 * 1024;

/**
 * A text file of the tree (`path` as it was listed): UTF-8, UTF-16 with its mark or recognisable by its zeros, otherwise
 * Windows-1252. Byte order marks are dropped. Gives way to other work between megabytes.
 * Throws `too-large`, `corrupt-file` and what the system says.
 */
export async function readText(
  tree: TreeReader,
  path: string,
  { maxBytes = longestTextBytes }: { maxBytes?: number } = {},
): Promise<string> {
  const bytes = await readBytes(tree, path, maxBytes);
  const encoding = encodingOf(bytes);
  try {
    return await decode(tree, bytes, encoding);
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown;
    if (encoding !== 'utf-8') {
      throw new WorkbenchError('corrupt-file', `${path} is damaged: it is no ${encoding} text.`, {
        cause: thrown,
      });
    }
    return await decode(tree, bytes, 'windows-1252');
  }
}

/** The beginning of a text file, to tell what it is; '' for one that cannot be read. */
export async function readTextHead(tree: TreeReader, path: string, lengthBytes = 65_536): Promise<string> {
  try {
    const handle = await open(join(tree.root, path), 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(lengthBytes), 0, lengthBytes, 0);
      const bytes = buffer.subarray(0, bytesRead);
      return new TextDecoder(encodingOf(bytes)).decode(bytes);
    } finally {
      await handle.close();
    }
  } catch {
    return '';
  }
}

async function readBytes(tree: TreeReader, path: string, maxBytes: number): Promise<Buffer> {
  const file = join(tree.root, path);
  try {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      if (size > maxBytes) {
        throw new WorkbenchError(
          'too-large',
          `${path} has ${Math.round(size / 1e6)} MB; at most ${Math.round(maxBytes / 1e6)} MB are read. Split it.`,
        );
      }
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    throw fromSystemError(thrown, path);
  }
}

function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  // Tables begin with ASCII: every second byte of UTF-16 is then zero.
  const head = bytes.subarray(0, 64);
  const zeros = (from: number) => head.every((byte, i) => i % 2 !== from || byte === 0);
  if (head.length >= 4 && zeros(1) && !zeros(0)) return 'utf-16le';
  if (head.length >= 4 && zeros(0) && !zeros(1)) return 'utf-16be';
  return 'utf-8';
}

async function decode(tree: TreeReader, bytes: Uint8Array, encoding: string): Promise<string> {
  const decoder = new TextDecoder(encoding, { fatal: encoding !== 'windows-1252' });
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    tree.signal.throwIfAborted();
    parts.push(decoder.decode(bytes.subarray(start, start + chunkBytes), { stream: true }));
    await setImmediate();
  }
  parts.push(decoder.decode());
  return parts.join('');
}
