import path from 'node:path';
import { parseArgs } from 'node:util';
import { app, BrowserWindow, dialog, Menu, protocol, session } from 'electron';
import { toErrorShape } from '../../src-shared/contract/errors.ts';
import { appScheme, ipcChannels } from '../../src-shared/contract/ipc-channels.ts';
import type { Core, Log } from '../core/core.ts';
import { makeFolder } from '../core/make-folder.ts';
import { createCore } from '../core/create-core.ts';
import { chooseDataFolder } from '../serving/data-folder.ts';
import type { ProjectPaths } from '../serving/project-paths.ts';
import { createWindowServer } from '../serving/window-server.ts';
import { answerAppRequest, isAllowedRequest } from './app-protocol.ts';
import { openIpc } from './ipc-door.ts';
import { createMenu } from './menu.ts';
import { createUtilityLauncher } from './utility-launcher.ts';
import { guardContents, openWindow } from './window.ts';

export interface ElectronHostOptions {
  readonly paths: ProjectPaths;
  /** The bundled preload. */
  readonly preloadFile: string;
  /** The command line without the executable: flags of Chromium and the project's folder may stand among ours. */
  readonly args: readonly string[];
}

const log: Log = (level, message) => {
  if (level === 'warn' || level === 'error') console.error(message);
};

/**
 * Starts the application and resolves when its first window is open, or when another instance with the same data
 * folder took over. A core that cannot be opened is told in a dialog and ends the application with exit code 1.
 */
export async function startElectronHost(options: ElectronHostOptions): Promise<void> {
  const { values } = parseArgs({
    args: [...options.args],
    options: { data: { type: 'string' } },
    strict: false,
  });
  const dataFolder = chooseDataFolder(typeof values.data === 'string' ? values.data : undefined);
  // Chromium's own files, and with them the one-instance lock, belong to the data folder: two folders, two windows.
  useWindowFolder(path.join(dataFolder, 'window'));
  app.enableSandbox();
  // Must be said before the application is ready.
  protocol.registerSchemesAsPrivileged([
    { scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
  ]);
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  app.on('web-contents-created', (_, contents) => {
    guardContents(contents);
  });
  await app.whenReady();
  try {
    const core = await createCore({
      dataFolder,
      assetsFolder: options.paths.assetsFolder,
      starterModelFolder: options.paths.starterModelFolder,
      catalogueFile: options.paths.catalogueFile,
      migrationsFolder: options.paths.migrationsFolder,
      host: 'electron',
      version: options.paths.version,
      computeLauncher: createUtilityLauncher(options.paths),
      log,
    });
    await serveWindows(core, options);
  } catch (error) {
    dialog.showErrorBox('Anomaly Workbench cannot start', toErrorShape(error).message);
    app.exit(1);
  }
}

/** Electron takes existing folders only. */
function useWindowFolder(folder: string): void {
  try {
    makeFolder(folder, 'the data folder');
    app.setPath('userData', folder);
  } catch {
    // The core needs the same place, and tells in a dialog why it cannot be used.
  }
}

async function serveWindows(core: Core, { paths, preloadFile }: ElectronHostOptions): Promise<void> {
  const windowServer = await createWindowServer({ core, rendererFolder: paths.rendererFolder });
  protocol.handle(appScheme, (request) => answerAppRequest(windowServer, request));

  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_, __, decide) => {
    decide(false);
  });
  defaultSession.setPermissionCheckHandler(() => false);
  defaultSession.webRequest.onBeforeRequest((details, decide) => {
    decide({ cancel: !isAllowedRequest(details.url) });
  });

  openIpc(core);
  const unsubscribe = core.subscribe((event) => {
    for (const window of BrowserWindow.getAllWindows()) window.webContents.send(ipcChannels.event, event);
  });
  Menu.setApplicationMenu(createMenu(process.platform));

  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows();
    if (window?.isMinimized() === true) window.restore();
    window?.focus();
  });
  app.on('activate', () => {
    // macOS keeps an application without windows; its icon opens one again.
    if (BrowserWindow.getAllWindows().length === 0) void openWindow(core, preloadFile);
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  let closed = false;
  app.on('before-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    unsubscribe();
    void core.close().finally(() => {
      closed = true;
      app.quit();
    });
  });
  await openWindow(core, preloadFile);
}
