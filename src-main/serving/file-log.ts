import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Log } from '../core/core.ts';

/** A log file is begun anew at this size; the one before is kept. */
const largestBytes = 1_000_000;

export function logFolderOf(dataFolder: string): string {
  return path.join(dataFolder, 'logs');
}

export function logFileOf(logFolder: string): string {
  return path.join(logFolder, 'workbench.log');
}

/**
 * Keeps what the workbench logs in a file, for whoever has to find out what happened; warnings and errors are written to
 * stderr too. A log that cannot be written (a full disk) disturbs nothing.
 */
export function createFileLog(logFolder: string, stderr: (line: string) => void = console.error): Log {
  const file = logFileOf(logFolder);
  return (level, message) => {
    if (level === 'warn' || level === 'error') stderr(message);
    if (level === 'debug') return;
    try {
      mkdirSync(logFolder, { recursive: true });
      if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > largestBytes)
        renameSync(file, `${file}.1`);
      appendFileSync(file, `${new Date().toISOString()} ${level} ${message}\n`);
    } catch {
      // Told on stderr above where it matters.
    }
  };
}
