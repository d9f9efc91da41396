import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { fromSystemError } from '../error-report.ts';
import { findFolders, usualPlaces } from './find-folders.ts';
import type { DomainHandlers, Services } from './handler.ts';

const entriesShown = 2000;

export function foldersHandlers({ repositories }: Services): DomainHandlers<'folders'> {
  return {
    'folders.find': async (wanted) => {
      const roots = repositories.datasets.listCores().map(({ root }) => root);
      return { paths: await findFolders(wanted, usualPlaces(homedir(), roots)) };
    },
    'folders.list': async ({ path }) => {
      if (!isAbsolute(path)) {
        throw new WorkbenchError(
          'bad-request',
          `${path} is not a full path. Name the folder from the root on.`,
        );
      }
      const folder = resolve(path);
      const parent = dirname(folder);
      try {
        const dirents = (await readdir(folder, { withFileTypes: true })).filter(
          (d) => !d.name.startsWith('.'),
        );
        const entries = await Promise.all(
          dirents.slice(0, entriesShown * 4).map(async (dirent) => {
            // Links are shown as what they lead to; a file that cannot be looked at is shown without its size.
            const facts = dirent.isDirectory()
              ? null
              : await stat(join(folder, dirent.name)).catch(() => null);
            const isFolder = dirent.isDirectory() || (facts?.isDirectory() ?? false);
            return {
              name: dirent.name,
              kind: isFolder ? ('folder' as const) : ('file' as const),
              sizeBytes: isFolder ? null : (facts?.size ?? null),
            };
          }),
        );
        entries.sort((a, b) =>
          a.kind === b.kind
            ? a.name.localeCompare(b.name, 'en', { numeric: true })
            : a.kind === 'folder'
              ? -1
              : 1,
        );
        return {
          path: folder,
          parent: parent === folder ? null : parent,
          entries: entries.slice(0, entriesShown),
          truncated: dirents.length > entriesShown,
        };
      } catch (thrown) {
        throw fromSystemError(thrown, folder);
      }
    },
  };
}
