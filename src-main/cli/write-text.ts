import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { WorkbenchError } from '../../src-shared/contract/errors.ts';

/** Writes what `--csv` asked for, with the folders above it. Throws `forbidden`. */
export async function writeText(file: string, text: string): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  } catch (cause) {
    throw new WorkbenchError(
      'forbidden',
      `${file} could not be written: ${cause instanceof Error ? cause.message : String(cause)}. Name another file with --csv.`,
      { cause },
    );
  }
}
