import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, vi } from 'vitest';
import type { WorkbenchBridge } from '../../src-shared/contract/wire.ts';
import { buildPreload } from '../../src-main/launch/build.mjs';
import type * as standIn from './electron-stand-in.ts';

export type ElectronStandIn = typeof standIn;

export interface HostStart {
  readonly args?: readonly string[];
  /** Absent: the system's own. */
  readonly platform?: NodeJS.Platform;
  /** Sets the world up before the host sees it. */
  readonly before?: (world: ElectronStandIn) => void;
}

/**
 * The Electron host over the stand-in for its module, for one test file: a folder of its own for each test, with a page
 * that the window loads. The file mocks `create-core.ts` itself, because only it knows what its core answers.
 */
export function useElectronHost() {
  let preloadFile = '';
  let folder = '';
  let world: ElectronStandIn | null = null;

  beforeAll(async () => {
    const built = await mkdtemp(path.join(tmpdir(), 'preload-'));
    preloadFile = path.join(built, 'preload.cjs');
    await buildPreload(built);
    return () => rm(built, { recursive: true, force: true });
  });
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'electron-host-'));
    await mkdir(path.join(folder, 'renderer'));
    await writeFile(path.join(folder, 'renderer', 'index.html'), '<title>window</title>');
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const host = {
    get folder() {
      return folder;
    },
    /** The world of the last start. */
    get electron() {
      if (world === null) throw new Error('no host was started yet');
      return world;
    },
    /** Starts the host in a fresh world and returns it. */
    async start({ args = [], platform, before }: HostStart = {}): Promise<ElectronStandIn> {
      vi.resetModules();
      world = await import('./electron-stand-in.ts');
      before?.(world);
      const { startElectronHost } = await import('../../src-main/electron/electron-host.ts');
      await startElectronHost({
        paths: {
          root: folder,
          assetsFolder: path.join(folder, 'assets'),
          starterModelFolder: path.join(folder, 'models/starter'),
          catalogueFile: path.join(folder, 'models/catalogue.json'),
          rendererFolder: path.join(folder, 'renderer'),
          migrationsFolder: path.join(folder, 'migrations'),
          computeEntry: path.join(folder, 'compute.js'),
          version: '0.1.0',
        },
        preloadFile,
        ...(platform === undefined ? {} : { platform }),
        args: ['--no-sandbox', folder, '--data', path.join(folder, 'data'), ...args],
      });
      return world;
    },
    theWindow() {
      const [window] = host.electron.BrowserWindow.getAllWindows();
      if (window === undefined) throw new Error('there is no window');
      return window;
    },
    bridge: () => host.theWindow().exposed['workbench'] as WorkbenchBridge,
  };
  return host;
}
