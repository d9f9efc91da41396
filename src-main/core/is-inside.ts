import { isAbsolute, relative } from 'node:path';

/** Whether `path` (both absolute, links resolved) lies in the folder `root`. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !/^\.\.[/\\]/.test(way) && !isAbsolute(way);
}

/** The same, where the folder itself counts too. */
export function isWithin(root: string, path: string): boolean {
  return relative(root, path) === '' || isInside(root, path);
}
