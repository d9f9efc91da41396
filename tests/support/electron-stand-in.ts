// Stands in for the module 'electron' (vitest alias): the parts that our host uses, wired as Electron wires them. IPC
// copies its values by structured clone, a window runs its preload in a sandbox that knows nothing but 'electron', a
// utility process is a real process with a `process.parentPort`. `electronWorld` is what a test holds in its hands.
import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';

type Json = Record<string, unknown>;
type Handler = (event: unknown, ...args: unknown[]) => unknown;
type RequestFilter = (details: { url: string }, decide: (answer: { cancel: boolean }) => void) => void;

export interface MenuTemplateItem {
  label?: string;
  role?: string;
  type?: string;
  enabled?: boolean;
  checked?: boolean;
  accelerator?: string;
  registerAccelerator?: boolean;
  submenu?: MenuTemplateItem[];
  click?: () => void;
}

/** What a test sees and sets. Everything starts anew with `vi.resetModules()`. */
export const electronWorld = {
  ready: false,
  isPackaged: false,
  /** Electron is ready only after its main module was evaluated; a test that loads one holds this back until then. */
  mainModuleEvaluated: Promise.resolve<unknown>(null),
  quitCount: 0,
  hasQuit: false,
  exitCode: null as number | null,
  paths: new Map<string, string>(),
  sandboxEnabled: false,
  isSecondInstance: false,
  /** What a second start handed to the lock. */
  handedOver: null as unknown,
  privilegedSchemes: [] as Json[],
  applicationMenu: null as { template: MenuTemplateItem[] } | null,
  recentDocuments: [] as string[],
  jumpList: null as Json[] | null,
  /** Folders and files that were shown in the system's file manager; `openPathRefusal` is what it says against it. */
  openedPaths: [] as string[],
  openPathRefusal: '',
  errorBoxes: [] as { title: string; content: string }[],
  /** Answers of the next dialogs, and the options they were shown with. */
  dialogAnswers: [] as { canceled: boolean; filePaths: string[] }[],
  saveAnswers: [] as { canceled: boolean; filePath: string }[],
  dialogsShown: [] as Json[],
  workArea: { x: 0, y: 0, width: 1920, height: 1080 },
  utilityProcesses: [] as StandInUtilityProcess[],
};

/** An event whose default can be prevented. */
export class StandInEvent {
  defaultPrevented = false;
  readonly url: string;
  constructor(url = '') {
    this.url = url;
  }
  preventDefault(): void {
    this.defaultPrevented = true;
  }
}

class App extends EventEmitter {
  get isPackaged(): boolean {
    return electronWorld.isPackaged;
  }
  setPath(name: string, value: string): void {
    if (!existsSync(value)) throw new Error(`Failed to set '${name}' path: ${value} does not exist`);
    electronWorld.paths.set(name, value);
  }
  enableSandbox(): void {
    if (electronWorld.ready) throw new Error('app.enableSandbox() must be called before the app is ready');
    electronWorld.sandboxEnabled = true;
  }
  requestSingleInstanceLock(handedOver?: unknown): boolean {
    electronWorld.handedOver = structuredClone(handedOver);
    return !electronWorld.isSecondInstance;
  }
  async whenReady(): Promise<void> {
    await electronWorld.mainModuleEvaluated;
    electronWorld.ready = true;
  }
  quit(): void {
    electronWorld.quitCount += 1;
    const event = new StandInEvent();
    this.emit('before-quit', event);
    if (!event.defaultPrevented) electronWorld.hasQuit = true;
  }
  addRecentDocument(file: string): void {
    electronWorld.recentDocuments.unshift(file);
  }
  clearRecentDocuments(): void {
    electronWorld.recentDocuments = [];
  }
  setJumpList(categories: Json[]): void {
    electronWorld.jumpList = categories;
  }
  exit(code: number): void {
    electronWorld.exitCode = code;
  }
}
export const app = new App();

const schemeHandlers = new Map<string, (request: Request) => Promise<Response> | Response>();
export const protocol = {
  registerSchemesAsPrivileged(schemes: Json[]): void {
    if (electronWorld.ready)
      throw new Error('protocol.registerSchemesAsPrivileged: the app is ready already');
    electronWorld.privilegedSchemes.push(...schemes);
  },
  handle(scheme: string, handler: (request: Request) => Promise<Response> | Response): void {
    if (schemeHandlers.has(scheme)) throw new Error(`The scheme ${scheme} has a handler already`);
    schemeHandlers.set(scheme, handler);
  },
};

let permissionRequest: ((...args: unknown[]) => void) | null = null;
let permissionCheck: ((...args: unknown[]) => boolean) | null = null;
let requestFilter: RequestFilter | null = null;
export const session = {
  defaultSession: {
    setPermissionRequestHandler(handler: (...args: unknown[]) => void): void {
      permissionRequest = handler;
    },
    setPermissionCheckHandler(handler: (...args: unknown[]) => boolean): void {
      permissionCheck = handler;
    },
    webRequest: {
      onBeforeRequest(filter: RequestFilter): void {
        requestFilter = filter;
      },
    },
  },
};

/** What a page is told when it asks for a permission: by request and by check. */
export async function askPermission(name: string): Promise<{ granted: boolean; checked: boolean }> {
  const granted = await new Promise<boolean>((resolve) => {
    if (permissionRequest === null) resolve(true);
    else permissionRequest(null, name, resolve);
  });
  return { granted, checked: permissionCheck?.(null, name) ?? true };
}

/** What a page gets that fetches an address: the protocol's answer, or null where the request was cancelled. */
export async function fetchInPage(url: string, init: RequestInit = {}): Promise<Response | null> {
  const cancelled = await new Promise<boolean>((resolve) => {
    if (requestFilter === null) resolve(false);
    else
      requestFilter({ url }, ({ cancel }) => {
        resolve(cancel);
      });
  });
  if (cancelled) return null;
  const handler = schemeHandlers.get(new URL(url).protocol.slice(0, -1));
  if (handler === undefined) throw new Error(`ERR_UNKNOWN_URL_SCHEME ${url}`);
  return await handler(new Request(url, init));
}

const invokeHandlers = new Map<string, Handler>();
export const ipcMain = {
  handle(channel: string, handler: Handler): void {
    if (invokeHandlers.has(channel)) throw new Error(`The channel ${channel} has a handler already`);
    invokeHandlers.set(channel, handler);
  },
};

/** A frame of a page; one with a parent is an iframe. */
export interface StandInFrame {
  url: string;
  parent: StandInFrame | null;
}

/** `ipcRenderer.invoke` as any frame could try it. */
export async function invokeFrom(
  contents: StandInContents,
  frame: StandInFrame | null,
  channel: string,
  ...args: unknown[]
): Promise<unknown> {
  const handler = invokeHandlers.get(channel);
  if (handler === undefined)
    throw new Error(`Error invoking remote method '${channel}': No handler registered for '${channel}'`);
  const event = { sender: contents, senderFrame: frame };
  try {
    return structuredClone(await handler(event, ...(structuredClone(args) as unknown[])));
  } catch (error) {
    throw new Error(`Error invoking remote method '${channel}': ${String(error)}`, { cause: error });
  }
}

export class StandInContents extends EventEmitter {
  readonly mainFrame: StandInFrame = { url: 'about:blank', parent: null };
  readonly rendererListeners = new EventEmitter();
  windowOpenHandler: ((details: { url: string }) => { action: string }) | null = null;
  /** What the page was printed with; `null`: never. */
  printed: Json | null = null;
  printToPDF(options: Json): Promise<Buffer> {
    this.printed = options;
    return Promise.resolve(Buffer.from(`%PDF of ${this.mainFrame.url}`));
  }
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.windowOpenHandler = handler;
  }
  send(channel: string, ...args: unknown[]): void {
    const copies = structuredClone(args) as unknown[];
    queueMicrotask(() => this.rendererListeners.emit(channel, {}, ...copies));
  }
}

const openWindows = new Set<BrowserWindow>();

export class BrowserWindow extends EventEmitter {
  static getAllWindows(): BrowserWindow[] {
    return [...openWindows];
  }
  static fromWebContents(contents: StandInContents): BrowserWindow | null {
    return [...openWindows].find((window) => window.webContents === contents) ?? null;
  }

  readonly options: Json & { webPreferences: Json };
  readonly webContents = new StandInContents();
  /** What the preload put into the page, and the page itself as it came. */
  readonly exposed: Record<string, unknown> = {};
  page: Response | null = null;
  shown = false;
  focused = false;
  maximised = false;
  minimised = false;
  readonly platform = process.platform;
  bounds: { x: number; y: number; width: number; height: number };

  constructor(
    options: Json & { webPreferences: Json; width: number; height: number; x?: number; y?: number },
  ) {
    super();
    this.options = options;
    this.bounds = { x: options.x ?? 240, y: options.y ?? 90, width: options.width, height: options.height };
    openWindows.add(this);
    app.emit('web-contents-created', new StandInEvent(), this.webContents);
  }

  async loadURL(url: string): Promise<void> {
    this.webContents.mainFrame.url = url;
    this.page = await fetchInPage(url);
    if (this.options.webPreferences['preload'] !== undefined) runPreload(this);
    this.emit('ready-to-show');
  }
  show(): void {
    this.shown = true;
  }
  focus(): void {
    this.focused = true;
  }
  maximize(): void {
    this.maximised = true;
  }
  isMaximized(): boolean {
    return this.maximised;
  }
  isMinimized(): boolean {
    return this.minimised;
  }
  restore(): void {
    this.minimised = false;
  }
  getNormalBounds(): { x: number; y: number; width: number; height: number } {
    return { ...this.bounds };
  }
  close(): void {
    this.emit('close', new StandInEvent());
    this.destroy();
  }
  destroy(): void {
    openWindows.delete(this);
    this.webContents.emit('destroyed');
    this.emit('closed');
    if (openWindows.size === 0) app.emit('window-all-closed');
  }
}

/** Runs the preload as the sandbox does: CommonJS, no Node, `require` gives 'electron' with two objects and nothing else. */
function runPreload(window: BrowserWindow): void {
  const { preload, sandbox, contextIsolation, nodeIntegration } = window.options.webPreferences;
  if (sandbox !== true || contextIsolation !== true || nodeIntegration !== false)
    throw new Error('The window is not closed off: sandbox, contextIsolation, nodeIntegration');
  const contents = window.webContents;
  const ipcRenderer = {
    invoke: (channel: string, ...args: unknown[]) =>
      invokeFrom(contents, contents.mainFrame, channel, ...args),
    on: (channel: string, listener: (...args: unknown[]) => void) =>
      contents.rendererListeners.on(channel, listener),
    off: (channel: string, listener: (...args: unknown[]) => void) =>
      contents.rendererListeners.off(channel, listener),
  };
  const contextBridge = {
    exposeInMainWorld: (name: string, api: Record<string, unknown>) => {
      window.exposed[name] = Object.freeze({ ...api });
    },
  };
  const webUtils = {
    getPathForFile: (file: { path?: string }) => file.path ?? '',
  };
  const require = (name: string) => {
    if (name === 'electron') return { ipcRenderer, contextBridge, webUtils };
    throw new Error(`module not found: ${name}`);
  };
  const module = { exports: {} };
  // The sandbox has a `process` of its own with little in it.
  const process = { platform: window.platform };
  const context = vm.createContext({ require, module, exports: module.exports, process });
  vm.runInContext(readFileSync(String(preload), 'utf8'), context, { filename: String(preload) });
}

export const dialog = {
  showOpenDialog(...args: unknown[]): Promise<{ canceled: boolean; filePaths: string[] }> {
    electronWorld.dialogsShown.push(args.at(-1) as Json);
    return Promise.resolve(electronWorld.dialogAnswers.shift() ?? { canceled: true, filePaths: [] });
  },
  showSaveDialog(...args: unknown[]): Promise<{ canceled: boolean; filePath: string }> {
    electronWorld.dialogsShown.push(args.at(-1) as Json);
    return Promise.resolve(electronWorld.saveAnswers.shift() ?? { canceled: true, filePath: '' });
  },
  showErrorBox(title: string, content: string): void {
    electronWorld.errorBoxes.push({ title, content });
  },
};

export const Menu = {
  buildFromTemplate: (template: MenuTemplateItem[]) => ({ template }),
  setApplicationMenu(menu: { template: MenuTemplateItem[] }): void {
    electronWorld.applicationMenu = menu;
  },
};

export const shell = {
  openPath(file: string): Promise<string> {
    electronWorld.openedPaths.push(file);
    return Promise.resolve(electronWorld.openPathRefusal);
  },
};

export const screen = {
  getDisplayMatching: () => ({ workArea: electronWorld.workArea }),
};

export class StandInUtilityProcess extends EventEmitter {
  readonly child: ChildProcess;
  readonly stdout: ChildProcess['stdout'];
  readonly stderr: ChildProcess['stderr'];
  constructor(entry: string, args: readonly string[]) {
    super();
    this.child = fork(entry, [...args], {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: ['--import', path.join(import.meta.dirname, 'parent-port-shim.mjs')],
    });
    this.stdout = this.child.stdout;
    this.stderr = this.child.stderr;
    this.child.on('message', (message) => this.emit('message', message));
    this.child.on('close', (code, signal) => this.emit('exit', code ?? (signal === 'SIGKILL' ? 9 : 15)));
  }
  get pid(): number | undefined {
    return this.child.exitCode === null && this.child.signalCode === null ? this.child.pid : undefined;
  }
  postMessage(message: unknown): void {
    if (this.child.connected) this.child.send(message as Json, () => undefined);
  }
  kill(): boolean {
    return this.child.kill('SIGTERM');
  }
}

export const utilityProcess = {
  fork(entry: string, args: readonly string[] = []): StandInUtilityProcess {
    const started = new StandInUtilityProcess(entry, args);
    electronWorld.utilityProcesses.push(started);
    return started;
  },
};
