import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import { fromSystemError, systemErrorCode } from './error-report.ts';

/**
 * Makes a folder and those above it, one at a time: Node's recursive mkdir never returns below a folder that refuses new
 * entries as if it were not there (`/proc`). `subject` says in messages what the folder is, as in «the data folder».
 * Throws `bad-request` where a file stands in the way, `forbidden` where nothing may be made, `disk-full`.
 */
export function makeFolder(folder: string, subject: string): void {
  const missing: string[] = [];
  let existing = resolve(folder);
  for (;;) {
    const kind = kindOf(existing, `${subject} ${folder}`);
    if (kind === 'folder') break;
    if (kind === 'other') {
      throw new WorkbenchError(
        'bad-request',
        existing === resolve(folder)
          ? `${folder} is a file, not a folder. Choose a folder as ${subject}.`
          : `${capital(subject)} ${folder} cannot be made: ${existing} is a file, not a folder.`,
      );
    }
    missing.unshift(existing);
    existing = dirname(existing);
  }
  try {
    if (missing.length > 0) accessSync(existing, constants.W_OK);
    for (const one of missing) makeOne(one);
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') {
      throw new WorkbenchError(
        'forbidden',
        `${capital(subject)} ${folder} cannot be made: ${existing} takes no new folders. Choose another place.`,
        { cause: thrown },
      );
    }
    throw fromSystemError(thrown, `${subject} ${folder}`);
  }
}

function kindOf(path: string, subject: string): 'folder' | 'other' | 'nothing' {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'other';
  } catch (thrown) {
    // ENOTDIR: something above it is a file, which the next look, one folder up, says.
    const code = systemErrorCode(thrown);
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'nothing';
    throw fromSystemError(thrown, subject);
  }
}

function makeOne(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (thrown) {
    // Another process may have been faster.
    if (systemErrorCode(thrown) === 'EEXIST' && kindOf(folder, folder) === 'folder') return;
    throw thrown;
  }
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
