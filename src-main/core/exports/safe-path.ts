import { createHash } from 'node:crypto';

/** Most file systems take 255 bytes a name; the rest is for a suffix and the name while a file is being written. */
const mostNameBytes = 200;

/**
 * The parts of a path that a database or a foreign file gave, or null where one of them could lead out of the folder it
 * is put under: nothing, `.`, `..`, an absolute path, a drive, a backslash, a control character.
 */
export function safeParts(path: string): readonly string[] | null {
  const parts = path.split('/');
  return parts.every(isPlainName) ? parts : null;
}

function isPlainName(name: string): boolean {
  // eslint's no-control-regex has nothing against code points.
  const hasControl = [...name].some((character) => (character.codePointAt(0) ?? 0) < 32);
  const isDrive = /^[a-z]:/iu.test(name);
  return name !== '' && name !== '.' && name !== '..' && !name.includes('\\') && !hasControl && !isDrive;
}

/** A name that leaves room for what is put behind it: a long one is cut and gets a mark of what it was. */
export function shortName(name: string): string {
  if (Buffer.byteLength(name) <= mostNameBytes) return name;
  const mark = createHash('sha256').update(name).digest('hex').slice(0, 12);
  let kept = '';
  for (const character of name) {
    if (Buffer.byteLength(kept + character) > mostNameBytes - 13) break;
    kept += character;
  }
  return `${kept}~${mark}`;
}
