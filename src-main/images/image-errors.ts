import { WorkbenchError } from '../../src-shared/contract/errors.ts';

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
}

/** What a file system error means for the user. */
export function toReadError(file: string, cause: unknown): WorkbenchError {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'it is no longer there. Put it back or import the folder again',
    EACCES: 'this account may not read it. Change its permissions',
    EPERM: 'this account may not read it. Change its permissions',
    EISDIR: 'it is a folder, not an image file',
    EMFILE: 'too many files are open. Close other programs and try again',
    EIO: 'the drive reported an error. Check the drive or the network connection',
  };
  const reason = reasons[codeOf(cause)] ?? (cause instanceof Error ? cause.message : String(cause));
  return new WorkbenchError('unreadable', `${file} could not be read: ${reason}.`, { cause });
}

export function unsupportedImage(file: string, what: string): WorkbenchError {
  return new WorkbenchError(
    'unsupported',
    `${file} cannot be used: ${what}. Save it as PNG, JPEG, WebP, TIFF or BMP.`,
  );
}

export function corruptImage(file: string, what: string, cause?: unknown): WorkbenchError {
  return new WorkbenchError(
    'corrupt-file',
    `${file} is damaged: ${what}. Get a new copy of it or leave it out.`,
    cause === undefined ? undefined : { cause },
  );
}

export function imageTooLarge(file: string, what: string): WorkbenchError {
  return new WorkbenchError(
    'too-large',
    `${file} is too large: ${what}. Scale it down or cut it into parts.`,
  );
}

/** An error of sharp as one of ours. Its own words are for programmers and stay as the cause. */
export function toDecodeError(file: string, cause: unknown, maxPixels: number): WorkbenchError {
  if (cause instanceof WorkbenchError) return cause;
  const detail = cause instanceof Error ? cause.message : String(cause);
  if (/pixel limit|too large|exceeds/iu.test(detail)) {
    return imageTooLarge(file, `it has more than ${formatMegapixels(maxPixels)}`);
  }
  if (/premature end/iu.test(detail)) return corruptImage(file, 'it ends before its last pixel', cause);
  const isHeader = /corrupt header|unsupported image format/iu.test(detail);
  return corruptImage(file, `its ${isHeader ? 'header' : 'pixels'} cannot be read`, cause);
}

/** A message about a file, for a place where the file is named already: «FILE is damaged» becomes «It is damaged». */
export function withoutFileName(message: string, file: string): string {
  return message.startsWith(`${file} `) ? `It ${message.slice(file.length + 1)}` : message;
}

export function formatMegapixels(pixels: number): string {
  return `${(pixels / 1e6).toLocaleString('en-GB', { maximumFractionDigits: 1 })} megapixels`;
}
