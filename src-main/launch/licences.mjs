// Lists the packages that the program brings with their licences, for «About»: everything that `dependencies` lead to.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

async function readPackage(folder) {
  try {
    return JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
  } catch {
    return null;
  }
}

/** Where Node would find a package from a folder; null: not installed (another system's, or optional). */
async function findPackage(name, from, projectRoot) {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules', name);
    if ((await readPackage(candidate)) !== null) return candidate;
    if (folder === projectRoot || folder === path.dirname(folder)) return null;
  }
}

async function licenceText(folder) {
  const names = await readdir(folder);
  const file = names.find((name) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(name));
  return file === undefined ? null : (await readFile(path.join(folder, file), 'utf8')).trim();
}

/** `{ name, version, licence, text }` by name; `text` is null where the package holds none. */
export async function collectLicences(projectRoot) {
  const found = new Map();
  async function visit(folder) {
    const own = await readPackage(folder);
    const wanted = { ...own.dependencies, ...own.optionalDependencies };
    for (const name of Object.keys(wanted)) {
      const place = await findPackage(name, folder, projectRoot);
      if (place === null || found.has(place)) continue;
      const { version, license: licence } = await readPackage(place);
      found.set(place, {
        name,
        version,
        licence: licence ?? 'see its files',
        text: await licenceText(place),
      });
      await visit(place);
    }
  }
  await visit(projectRoot);
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
