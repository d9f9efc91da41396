import { readdir } from 'node:fs/promises';
import path from 'node:path';

export interface WindowFile {
  readonly filePath: string;
  readonly contentType: string;
}

/** By address path (`/`, `/static/index-1a2b.js`). */
export type WindowFiles = ReadonlyMap<string, WindowFile>;

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

/**
 * Lists the built window once. An address is looked up in this list and never joined to a folder, so there is no
 * address that leads out of it. Files of unknown kinds, links and source maps are left out.
 * Throws the file system's error where the folder cannot be read.
 */
export async function listWindowFiles(rendererFolder: string): Promise<WindowFiles> {
  const files = new Map<string, WindowFile>();
  for (const entry of await readdir(rendererFolder, { recursive: true, withFileTypes: true })) {
    const contentType = contentTypes[path.extname(entry.name)];
    if (!entry.isFile() || contentType === undefined) continue;
    const filePath = path.join(entry.parentPath, entry.name);
    const address = `/${path.relative(rendererFolder, filePath).split(path.sep).join('/')}`;
    files.set(address, { filePath, contentType });
  }
  const index = files.get('/index.html');
  if (index !== undefined) files.set('/', index);
  return files;
}
