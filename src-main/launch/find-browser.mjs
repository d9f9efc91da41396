// Finds a Chrome, Edge or Chromium for the end-to-end tests, and installs one where there is none.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { isReachable } from './electron-runtime.mjs';
import { projectRoot, run } from './node-version.mjs';

const namesOnLinux = [
  'google-chrome-stable',
  'google-chrome',
  'chromium',
  'chromium-browser',
  'microsoft-edge-stable',
  'microsoft-edge',
];

/** Every place where a browser would lie, best first. `WORKBENCH_BROWSER` goes before all. */
export function browserCandidates({ platform = process.platform, env = process.env } = {}) {
  const named = env.WORKBENCH_BROWSER ? [env.WORKBENCH_BROWSER] : [];
  if (platform === 'darwin') {
    const folders = ['/Applications', path.posix.join(env.HOME ?? '', 'Applications')];
    const names = ['Google Chrome', 'Microsoft Edge', 'Chromium'];
    return [
      ...named,
      ...folders.flatMap((at) => names.map((name) => `${at}/${name}.app/Contents/MacOS/${name}`)),
    ];
  }
  if (platform === 'win32') {
    const folders = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].filter(Boolean);
    const names = ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'];
    return [...named, ...folders.flatMap((at) => names.map((name) => path.win32.join(at, name)))];
  }
  const folders = (env.PATH ?? '').split(':').filter(Boolean);
  return [...named, ...namesOnLinux.flatMap((name) => folders.map((at) => path.posix.join(at, name)))];
}

/** Whether it starts: Ubuntu's `chromium-browser` without snap, for one, is a script that only says so. */
function works(file) {
  try {
    accessSync(file, constants.X_OK);
  } catch {
    return false;
  }
  // Windows' browsers open a window instead of printing their version.
  if (process.platform === 'win32') return true;
  const { status, stdout } = spawnSync(file, ['--version'], { encoding: 'utf8', timeout: 20_000 });
  return status === 0 && /\d+\.\d+/.test(stdout);
}

function playwrightsOwn() {
  const { chromium } = createRequire(path.join(projectRoot, 'package.json'))('@playwright/test');
  return chromium.executablePath();
}

/** The path of a browser that works, or null. */
export function findBrowser() {
  return [...browserCandidates(), playwrightsOwn()].find((file) => existsSync(file) && works(file)) ?? null;
}

/**
 * Finds a browser or installs one: Playwright's, else the system's where that is Debian and we are root.
 * Returns `{ executable }` or `{ reason }`, which says what to do.
 */
export async function obtainBrowser(announce) {
  const found = findBrowser();
  if (found !== null) return { executable: found };
  announce('There is no Chrome, Edge or Chromium on this machine; trying to install one.');
  if (await isReachable('https://cdn.playwright.dev/')) {
    const cli = path.join(projectRoot, 'node_modules', '@playwright', 'test', 'cli.js');
    const withLibraries = process.platform === 'linux' && process.getuid?.() === 0 ? ['--with-deps'] : [];
    await run(process.execPath, [cli, 'install', ...withLibraries, 'chromium']);
    const installed = findBrowser();
    if (installed !== null) return { executable: installed };
  } else announce("Playwright's download does not answer.");
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    announce('Installing chromium from the system (apt-get).');
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('/usr/bin/apt-get', ['update', '-qq'], { env });
    await run('/usr/bin/apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { env });
    const installed = findBrowser();
    if (installed !== null) return { executable: installed };
  }
  return {
    reason:
      'The end-to-end tests need a Chrome, Edge or Chromium and none could be installed. ' +
      'Install one with your system (Debian, Ubuntu: "apt-get install chromium" as root), ' +
      'or name one in the environment variable WORKBENCH_BROWSER.',
  };
}
