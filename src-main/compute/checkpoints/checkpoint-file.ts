import { constants, open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { chunkBytes } from './checkpoint.ts';

/** A regular file opened for reading at any place. */
export interface CheckpointFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** Exactly `length` bytes from `position`; `corrupt-file` where the file ends before. */
  read(position: number, length: number): Promise<Buffer>;
  /** The same in pieces of at most `chunkBytes`, each valid until the next. */
  readChunks(
    position: number,
    length: number,
    signal?: AbortSignal,
  ): AsyncGenerator<Uint8Array, void, undefined>;
  close(): Promise<void>;
}

export function corrupt(path: string, what: string): WorkbenchError {
  return new WorkbenchError('corrupt-file', `${path}: ${what} Get the file again from where it came from.`);
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new WorkbenchError('cancelled', 'Cancelled.');
}

/** What a system error means for the user; other thrown values come back as they are. */
export function fileError(thrown: unknown, path: string): unknown {
  if (!(thrown instanceof Error) || !('code' in thrown)) return thrown;
  const cause = { cause: thrown };
  switch (thrown.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new WorkbenchError('not-found', `${path}: there is no such file. Choose another one.`, cause);
    case 'EACCES':
    case 'EPERM':
      return new WorkbenchError('unreadable', `${path}: access was refused. Check its permissions.`, cause);
    case 'ELOOP':
      return new WorkbenchError('unreadable', `${path}: a link that leads back to itself.`, cause);
    case 'EISDIR':
      return new WorkbenchError('unreadable', `${path} is a folder, not a file.`, cause);
    case 'ENAMETOOLONG':
      return new WorkbenchError('unreadable', `${path.slice(0, 200)}…: the name is too long.`, cause);
    case 'EEXIST':
    case 'ENOTEMPTY':
      return new WorkbenchError('already-exists', `${path} exists already. Choose another name.`, cause);
    case 'EROFS':
      return new WorkbenchError('unreadable', `${path}: the disk is read-only.`, cause);
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new WorkbenchError(
        'disk-full',
        `${path}: the disk is full, nothing was kept. Free some space and try again.`,
        cause,
      );
    case 'EIO':
      return new WorkbenchError('unreadable', `${path}: the disk reports an error.`, cause);
    default:
      return thrown;
  }
}

/** Opens a regular file (links are followed, as Hugging Face's cache has them). Pipes and devices are refused before they can block. */
export async function openCheckpointFile(path: string): Promise<CheckpointFile> {
  let handle: FileHandle;
  let sizeBytes: number;
  try {
    if (!(await stat(path)).isFile()) {
      throw new WorkbenchError('unreadable', `${path} is not a regular file. Choose a checkpoint file.`);
    }
    // O_NONBLOCK: should a pipe take the file's place in between, opening it does not wait for a writer.
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw fileError(error, path);
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new WorkbenchError('unreadable', `${path} is not a regular file.`);
    sizeBytes = stats.size;
  } catch (error) {
    await handle.close();
    throw fileError(error, path);
  }

  async function fill(buffer: Buffer, position: number): Promise<void> {
    let done = 0;
    while (done < buffer.length) {
      let bytesRead: number;
      try {
        ({ bytesRead } = await handle.read(buffer, done, buffer.length - done, position + done));
      } catch (error) {
        throw fileError(error, path);
      }
      if (bytesRead === 0) throw corrupt(path, 'the file ends too early.');
      done += bytesRead;
    }
  }

  function checkRange(position: number, length: number): void {
    const end = position + length;
    if (!Number.isSafeInteger(end) || position < 0 || length < 0 || end > sizeBytes) {
      throw corrupt(path, 'the file ends too early.');
    }
  }

  return {
    path,
    sizeBytes,
    async read(position, length) {
      checkRange(position, length);
      const buffer = Buffer.allocUnsafeSlow(length);
      await fill(buffer, position);
      return buffer;
    },
    async *readChunks(position, length, signal) {
      checkRange(position, length);
      const buffer = Buffer.allocUnsafeSlow(Math.min(length, chunkBytes));
      for (let done = 0; done < length; done += chunkBytes) {
        throwIfAborted(signal);
        const piece = buffer.subarray(0, Math.min(chunkBytes, length - done));
        await fill(piece, position + done);
        yield piece;
      }
    },
    close: () => handle.close(),
  };
}
