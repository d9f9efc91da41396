import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { systemErrorCode } from '../error-report.ts';

/** A SQLite error as the error a user can act on; anything else comes back unchanged. */
export function fromDatabaseError(thrown: unknown, filePath: string): unknown {
  if (thrown instanceof WorkbenchError) return thrown;
  const code = systemErrorCode(thrown);
  if (code === null || !code.startsWith('SQLITE_')) return thrown;
  const cause = { cause: thrown };
  if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_WRITE' || code === 'SQLITE_IOERR_FSYNC') {
    return new WorkbenchError(
      'disk-full',
      `The database ${filePath} could not be written: the disk is full. Free some space, then try again; nothing that was saved is lost.`,
      cause,
    );
  }
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return new WorkbenchError(
      'corrupt-file',
      `The database ${filePath} is damaged or is not a database of this program. It was left as it is. Copies from before updates lie in its folder's «backups»; put one in its place, or move the file away to start with an empty one.`,
      cause,
    );
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new WorkbenchError(
      'busy',
      `Another process is writing to the database ${filePath}. Try again in a moment.`,
      cause,
    );
  }
  if (code.startsWith('SQLITE_READONLY') || code === 'SQLITE_CANTOPEN' || code === 'SQLITE_PERM') {
    return new WorkbenchError(
      'forbidden',
      `The database ${filePath} cannot be opened for writing. Check the permissions of the file and its folder, or choose another data folder with --data.`,
      cause,
    );
  }
  return thrown;
}
