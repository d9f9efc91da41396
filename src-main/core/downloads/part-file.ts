import { createHash, type Hash } from 'node:crypto';
import { open, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { addFileToHash } from '../../system/hash-file.ts';
import { systemErrorCode } from '../error-report.ts';

/** What the server said of the file whose beginning lies in the part; without it a part cannot be gone on with. */
const partNoteSchema = z.object({
  url: z.string(),
  /** A strong entity tag (RFC 9110 §8.8.3), or none. */
  etag: z.string().nullable(),
  lastModified: z.string().nullable(),
  totalBytes: z.number().int().positive().nullable(),
});
export type PartNote = z.infer<typeof partNoteSchema>;

/** The beginning of a download: `FILE.part`, and `FILE.part.json` which says of what. */
export interface PartFile {
  readonly path: string;
  /** The note and how much is there; null where nothing can be gone on with. */
  read(url: string): Promise<{ readonly note: PartNote; readonly sizeBytes: number } | null>;
  /** Empties the part and notes what it will hold. */
  begin(note: PartNote): Promise<void>;
  openAt(positionBytes: number): Promise<FileHandle>;
  /** Whole and checked: the part becomes the file. */
  finish(): Promise<void>;
  remove(): Promise<void>;
}

export function createPartFile(target: string): PartFile {
  const path = `${target}.part`;
  const notePath = `${path}.json`;
  return {
    path,
    async read(url) {
      try {
        const note = partNoteSchema.parse(JSON.parse(await readFile(notePath, 'utf8')));
        const { size } = await stat(path);
        return note.url === url && size > 0 ? { note, sizeBytes: size } : null;
      } catch {
        // Missing or damaged: there is nothing to go on with, and the download begins anew.
        return null;
      }
    },
    async begin(note) {
      // The note goes first and comes last, so that it never speaks of bytes of another file.
      await rm(notePath, { force: true });
      const handle = await open(path, 'w');
      await handle.close();
      const written = `${notePath}.new`;
      const noteHandle = await open(written, 'w');
      try {
        await noteHandle.writeFile(JSON.stringify(note));
        await noteHandle.sync();
      } finally {
        await noteHandle.close();
      }
      await rename(written, notePath);
    },
    async openAt(positionBytes) {
      const handle = await open(path, 'r+');
      try {
        // Longer than what was hashed of it: something wrote to it meanwhile.
        if ((await handle.stat()).size > positionBytes) await handle.truncate(positionBytes);
        return handle;
      } catch (thrown) {
        await handle.close();
        throw thrown;
      }
    },
    async finish() {
      const handle = await open(path, 'r+');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(path, target);
      await rm(notePath, { force: true });
    },
    async remove() {
      await rm(path, { force: true });
      await rm(notePath, { force: true });
    },
  };
}

/** SHA-256 over a file so far, to be gone on with; `onBytes` is told how many were read. Null where there is no file. */
export async function hashFile(
  path: string,
  signal: AbortSignal,
  onBytes: (readBytes: number) => void,
): Promise<{ readonly hash: Hash; readonly sizeBytes: number } | null> {
  const hash = createHash('sha256');
  try {
    return { hash, sizeBytes: await addFileToHash(hash, path, { signal, onBytes }) };
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return null;
    throw thrown;
  }
}
