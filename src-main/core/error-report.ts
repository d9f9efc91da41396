import { WorkbenchError } from '../../src-shared/contract/errors.ts';

/** The code of a system error (`ENOSPC`, …) or of a SQLite error (`SQLITE_FULL`, …), null for anything else. */
export function systemErrorCode(thrown: unknown): string | null {
  if (!(thrown instanceof Error) || !('code' in thrown)) return null;
  return typeof thrown.code === 'string' ? thrown.code : null;
}

/**
 * A system error as the error a user can act on. `subject` names the file or folder it was about.
 * What is already a `WorkbenchError` stays as it is; what is not understood comes back unchanged, as the defect it is.
 */
export function fromSystemError(thrown: unknown, subject: string): unknown {
  if (thrown instanceof WorkbenchError) return thrown;
  const cause = { cause: thrown };
  switch (systemErrorCode(thrown)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new WorkbenchError('not-found', `There is nothing at ${subject}.`, cause);
    case 'EACCES':
    case 'EPERM':
      return new WorkbenchError(
        'forbidden',
        `${subject} may not be read or written by this user. Change its permissions or choose another place.`,
        cause,
      );
    case 'EROFS':
      return new WorkbenchError('forbidden', `${subject} lies on a medium that cannot be written.`, cause);
    case 'ENOSPC':
    case 'EDQUOT':
      return new WorkbenchError(
        'disk-full',
        `There is no room left on the disk of ${subject}. Free some space, then resume.`,
        cause,
      );
    case 'EIO':
    case 'ESTALE':
      return new WorkbenchError(
        'unreadable',
        `The disk of ${subject} reports an error. Check its connection, then try again.`,
        cause,
      );
    case 'EMFILE':
    case 'ENFILE':
      return new WorkbenchError('busy', `Too many files are open to read ${subject}. Try again.`, cause);
    case null:
    default:
      return thrown;
  }
}
