import { statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';

export interface CommandLine {
  readonly dataFolder: string | undefined;
  /** Folders to open, absolute. */
  readonly folders: readonly string[];
}

/**
 * What the program was started with. Flags of Chromium may stand anywhere among ours, and where it runs from source the
 * first word is the project's folder.
 */
export function readCommandLine(
  args: readonly string[],
  { isPackaged, workingFolder }: { readonly isPackaged: boolean; readonly workingFolder: string },
): CommandLine {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { data: { type: 'string' } },
    strict: false,
    allowPositionals: true,
  });
  return {
    dataFolder: typeof values['data'] === 'string' ? values['data'] : undefined,
    folders: positionals.slice(isPackaged ? 0 : 1).flatMap((word) => toFolder(word, workingFolder) ?? []),
  };
}

/** An existing folder, or the folder of an existing file, as an absolute path; null for anything else. */
export function toFolder(word: string, workingFolder: string): string | null {
  try {
    // Desktops of Linux hand over addresses.
    const named = word.startsWith('file:') ? fileURLToPath(word) : path.resolve(workingFolder, word);
    return statSync(named).isDirectory() ? named : path.dirname(named);
  } catch {
    return null;
  }
}

/** What a second start hands the first. */
export const handedOverSchema = z.object({ folders: z.array(z.string()) });
