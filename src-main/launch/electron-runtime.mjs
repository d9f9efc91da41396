// Finds Electron's runtime, and downloads it once where there is a network. The npm package holds none (from 42 on).
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { projectRoot, run } from './node-version.mjs';

const electronPackage = path.join(projectRoot, 'node_modules', 'electron');

/** Long enough for a slow line, short enough that nobody waits for a machine without one. */
const probeTimeoutMs = 2000;

/** The executable inside a distribution folder. */
export function executableIn(folder, platform = process.platform) {
  if (platform === 'darwin') return path.join(folder, 'Electron.app', 'Contents', 'MacOS', 'Electron');
  return path.join(folder, platform === 'win32' ? 'electron.exe' : 'electron');
}

/**
 * Where Electron can be started from here and now, without a download: `{ executable }`, or `{ reason }` in words that
 * end a sentence. `ELECTRON_OVERRIDE_DIST_PATH` names a runtime already on disk and goes before everything.
 */
export function findElectron(env = process.env, packageFolder = electronPackage) {
  const override = env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) {
    const executable = executableIn(override);
    if (existsSync(executable)) return { executable };
    return { reason: `ELECTRON_OVERRIDE_DIST_PATH names ${override}, where there is no Electron runtime` };
  }
  const executable = executableIn(path.join(packageFolder, 'dist'));
  if (existsSync(executable) && existsSync(path.join(packageFolder, 'path.txt'))) return { executable };
  return { reason: "Electron's runtime is not on this machine" };
}

/** Why no window can be shown at all, null where one can. */
export function whyNoDisplay(env = process.env, platform = process.platform) {
  if (platform !== 'linux' || env.DISPLAY || env.WAYLAND_DISPLAY) return null;
  return 'there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)';
}

/** The archive's name and address, as @electron/get makes them. */
function download(env) {
  const { version } = JSON.parse(readFileSync(path.join(electronPackage, 'package.json'), 'utf8'));
  const file = `electron-v${version}-${process.platform}-${process.arch}.zip`;
  const mirror =
    env.npm_config_electron_mirror ??
    env.ELECTRON_MIRROR ??
    'https://github.com/electron/electron/releases/download/';
  return { file, url: `${mirror}v${version}/${file}` };
}

/** @electron/get keeps each archive in a folder of its own below the cache. */
function isCached(file, env) {
  const place = { darwin: ['Library', 'Caches'], win32: ['AppData', 'Local'], linux: ['.cache'] }[
    process.platform
  ];
  const cache =
    env.electron_config_cache ??
    path.join(
      process.platform === 'linux' && env.XDG_CACHE_HOME
        ? env.XDG_CACHE_HOME
        : path.join(homedir(), ...(place ?? ['.cache'])),
      'electron',
      ...(process.platform === 'win32' ? ['Cache'] : []),
    );
  try {
    return readdirSync(cache).some((folder) => existsSync(path.join(cache, folder, file)));
  } catch {
    return false;
  }
}

/** Whether the archive can be fetched, answered within two seconds: a machine behind a closed door must not wait. */
export async function isReachable(url) {
  const limit = AbortSignal.timeout(probeTimeoutMs);
  try {
    const response = await fetch(url, { method: 'HEAD', redirect: 'manual', signal: limit });
    return response.status < 400;
  } catch {
    return false;
  }
}

/**
 * The runtime, downloaded if it must be and can be: `{ executable }` or `{ reason }`.
 * `announce` is told before something that takes minutes begins.
 */
export async function obtainElectron(announce, env = process.env) {
  const noDisplay = whyNoDisplay(env);
  if (noDisplay !== null) return { reason: noDisplay };
  const found = findElectron(env);
  if (found.executable || env.ELECTRON_OVERRIDE_DIST_PATH) return found;
  const { file, url } = download(env);
  if (!isCached(file, env)) {
    if (!(await isReachable(url)))
      return {
        reason: `${found.reason} and cannot be downloaded now (${new URL(url).host} does not answer)`,
      };
    announce(`Downloading Electron's runtime, about 120 MB, once: ${url}`);
  }
  const code = await run(process.execPath, [path.join(electronPackage, 'install.js')]);
  const installed = findElectron(env);
  if (code !== 0 || !installed.executable) return { reason: "the download of Electron's runtime failed" };
  return installed;
}
