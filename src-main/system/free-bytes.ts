// What lives here: what core, compute and hosts ask the operating system in the same way: disks, files, processes.
// What may not: knowledge of who asks, and messages for users: errors leave as the system has them.
import { statfs } from 'node:fs/promises';

/** Bytes that this user may still write where a folder lies. Throws what the file system throws. */
export async function freeBytesAt(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** The same; null where nobody can tell, as on some network drives. */
export function knownFreeBytesAt(folder: string): Promise<number | null> {
  return freeBytesAt(folder).catch(() => null);
}
