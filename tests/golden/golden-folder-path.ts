import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** The reference numbers lie beside every checkout; a test that needs them fails aloud where they do not. */
export function goldenFolderPath(): string {
  const folder = resolve(import.meta.dirname, '../../../shared/golden');
  if (!existsSync(folder))
    throw new Error(
      `The golden numbers are missing: ${folder} does not exist. Put the shared folder beside the checkout.`,
    );
  return folder;
}

export const assetsFolder = resolve(import.meta.dirname, '../../assets');
