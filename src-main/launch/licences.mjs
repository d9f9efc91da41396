// Lists the packages that the program brings with their licences, for «About»: what the bundles hold, and what is shipped as it is.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

async function readPackage(folder) {
  try {
    return JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
  } catch {
    return null;
  }
}

/** Folders of the packages that an installer takes along as they are: what `electron-builder.yml` names. */
async function shippedFolders(projectRoot) {
  const recipe = await readFile(path.join(projectRoot, 'electron-builder.yml'), 'utf8');
  const named = recipe.matchAll(/^ {2}- node_modules\/(@[^/]+\/[^/*]+|[^/]+)\//gm);
  const folders = [];
  for (const [, name] of named) {
    const folder = path.join(projectRoot, 'node_modules', name);
    if (name.startsWith('@') && !name.includes('/'))
      folders.push(...(await readdir(folder)).map((each) => path.join(folder, each)));
    else folders.push(folder);
  }
  return folders;
}

async function licenceText(folder) {
  const names = await readdir(folder);
  const file = names.find((name) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(name));
  return file === undefined ? null : (await readFile(path.join(folder, file), 'utf8')).trim();
}

/** The folder of the package that a file of a bundle came from; null: it is our own, or made by the bundler. */
function packageFolderOf(moduleId) {
  const file = moduleId.replace(/^\0/, '').split('?', 1)[0];
  const [, folder] = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(file) ?? [];
  return folder ?? null;
}

/**
 * `{ name, version, licence, text }` by name, of every package that the files of the bundles came from (`moduleIds`), and
 * of those that are shipped as they are. `text` is null where the package holds none.
 */
export async function collectLicences(projectRoot, moduleIds) {
  const folders = new Set([...moduleIds.map(packageFolderOf), ...(await shippedFolders(projectRoot))]);
  const found = new Map();
  for (const folder of folders) {
    const own = folder === null ? null : await readPackage(folder);
    if (own?.name === undefined) continue;
    const { name, version, license: licence } = own;
    const text = await licenceText(folder);
    found.set(`${name} ${version}`, { name, version, licence: licence ?? 'see its files', text });
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
