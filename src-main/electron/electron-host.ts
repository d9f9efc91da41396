import path from 'node:path';
import { app, BrowserWindow, dialog, protocol, session } from 'electron';
import { toErrorShape } from '../../src-shared/contract/errors.ts';
import { appScheme, ipcChannels } from '../../src-shared/contract/ipc-channels.ts';
import type { Core, DataFolderChoice } from '../core/core.ts';
import { makeFolder } from '../core/make-folder.ts';
import { createCore } from '../core/create-core.ts';
import { openDataFolderChoice } from '../serving/data-folder.ts';
import { createFileLog, logFolderOf } from '../serving/file-log.ts';
import type { ProjectPaths } from '../serving/project-paths.ts';
import { createWindowServer } from '../serving/window-server.ts';
import { answerAppRequest, isAllowedPermission, isAllowedRequest } from './app-protocol.ts';
import { handedOverSchema, readCommandLine, toFolder } from './handed-folders.ts';
import { hostWords } from './host-words.ts';
import { openIpc } from './ipc-door.ts';
import { createShellDoor, focusWindow, type ShellDoor } from './shell-door.ts';
import { createUtilityLauncher } from './utility-launcher.ts';
import { guardContents, openWindow } from './window.ts';

export interface ElectronHostOptions {
  readonly paths: ProjectPaths;
  /** The bundled preload. */
  readonly preloadFile: string;
  /** The command line without the executable: flags of Chromium and the project's folder may stand among ours. */
  readonly args: readonly string[];
  /** Whose customs to follow; absent: the system's that it runs on. */
  readonly platform?: NodeJS.Platform;
}

/**
 * Starts the application and resolves when its first window is open, or when another instance with the same data
 * folder took over. A core that cannot be opened is told in a dialog and ends the application with exit code 1.
 */
export async function startElectronHost(options: ElectronHostOptions): Promise<void> {
  const { dataFolder: named, folders } = readCommandLine(options.args, {
    isPackaged: app.isPackaged,
    workingFolder: process.cwd(),
  });
  const handed = createHandedFolders(folders);
  app.enableSandbox();
  // Must be said before the application is ready.
  protocol.registerSchemesAsPrivileged([
    { scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
  ]);
  let choice: DataFolderChoice;
  try {
    choice = openDataFolderChoice(named);
  } catch (error) {
    await app.whenReady();
    endWith(error);
    return;
  }
  // Chromium's own files, and with them the one-instance lock, belong to the data folder: two folders, two windows.
  useWindowFolder(path.join(choice.folder, 'window'));
  if (!app.requestSingleInstanceLock({ folders })) {
    app.quit();
    return;
  }
  app.on('web-contents-created', (_, contents) => {
    guardContents(contents);
  });
  await app.whenReady();
  const log = createFileLog(logFolderOf(choice.folder));
  try {
    const core = await createCore({
      dataFolder: choice.folder,
      dataFolderChoice: choice,
      assetsFolder: options.paths.assetsFolder,
      starterModelFolder: options.paths.starterModelFolder,
      catalogueFile: options.paths.catalogueFile,
      migrationsFolder: options.paths.migrationsFolder,
      host: 'electron',
      version: options.paths.version,
      computeLauncher: createUtilityLauncher(options.paths),
      log,
    });
    await serveWindows(core, { ...options, logFolder: logFolderOf(choice.folder), handed });
  } catch (error) {
    log('error', toErrorShape(error).message);
    endWith(error);
  }
}

function endWith(error: unknown): void {
  dialog.showErrorBox(hostWords.cannotStart, toErrorShape(error).message);
  app.exit(1);
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

/** Folders for the window, from the command line, from further starts and from the icon: kept until there is a window. */
interface HandedFolders {
  /** Hands over what came so far and whatever comes from now on. */
  passTo(door: Pick<ShellDoor, 'openFolders'>, openWindowIfNone: () => void): void;
}

function createHandedFolders(first: readonly string[]): HandedFolders {
  let waiting: string[] = [...first];
  let pass = (folders: readonly string[]) => {
    waiting.push(...folders);
  };
  // macOS tells of a drop on the icon before the application is ready.
  app.on('open-file', (event, file) => {
    event.preventDefault();
    const folder = toFolder(file, '/');
    if (folder !== null) pass([folder]);
  });
  app.on('second-instance', (_, __, ___, handedOver) => {
    const parsed = handedOverSchema.safeParse(handedOver);
    pass(parsed.success ? parsed.data.folders : []);
  });
  return {
    passTo(door, openWindowIfNone) {
      pass = (folders) => {
        door.openFolders(folders);
        openWindowIfNone();
      };
      if (waiting.length > 0) door.openFolders(waiting);
      waiting = [];
    },
  };
}

interface WindowOptions extends ElectronHostOptions {
  readonly logFolder: string;
  readonly handed: HandedFolders;
}

async function serveWindows(core: Core, options: WindowOptions): Promise<void> {
  const { paths, preloadFile, logFolder, handed, platform = process.platform } = options;
  const windowServer = await createWindowServer({ core, rendererFolder: paths.rendererFolder });
  protocol.handle(appScheme, (request) => answerAppRequest(windowServer, request));
  closeOff();

  const shellDoor = createShellDoor({ platform, isDevelopment: !app.isPackaged });
  openIpc({ core, shellDoor, logFolder });
  const unsubscribe = core.subscribe((event) => {
    for (const window of BrowserWindow.getAllWindows()) window.webContents.send(ipcChannels.event, event);
  });

  const openIfNone = () => {
    // macOS keeps an application without windows; its icon opens one again.
    if (BrowserWindow.getAllWindows().length === 0) void openWindow(core, preloadFile);
    else focusWindow();
  };
  app.on('activate', openIfNone);
  app.on('window-all-closed', () => {
    if (platform !== 'darwin') app.quit();
  });
  closeBeforeQuitting(core, unsubscribe);
  handed.passTo(shellDoor, openIfNone);
  await openWindow(core, preloadFile);
}

/** Whatever a page asks for: no network, and of permissions only to write to the clipboard when the user presses «Copy». */
function closeOff(): void {
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_, permission, decide) => {
    decide(isAllowedPermission(permission));
  });
  defaultSession.setPermissionCheckHandler((_, permission) => isAllowedPermission(permission));
  defaultSession.webRequest.onBeforeRequest((details, decide) => {
    decide({ cancel: !isAllowedRequest(details.url) });
  });
}

function closeBeforeQuitting(core: Core, unsubscribe: () => void): void {
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
}
