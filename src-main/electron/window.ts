import { BrowserWindow, screen, type Rectangle, type WebContents } from 'electron';
import { z } from 'zod';
import { appOrigin } from '../../src-shared/contract/ipc-channels.ts';
import type { Core } from '../core/core.ts';
import { isAppAddress } from './app-protocol.ts';
import { hostWords } from './host-words.ts';

const boundsSetting = 'window.bounds';
const boundsSchema = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(400),
  height: z.number().int().min(300),
  maximised: z.boolean(),
});
type WindowBounds = z.infer<typeof boundsSchema>;

/** Moving a window makes a hundred events; one write when it rests is enough. */
const saveAfterMs = 400;

/** Whatever a page or a page in it tries, it stays on our own pages and opens nothing. */
export function guardContents(contents: WebContents): void {
  contents.on('will-navigate', (details) => {
    if (!isAppAddress(details.url)) details.preventDefault();
  });
  contents.on('will-redirect', (details) => {
    if (!isAppAddress(details.url)) details.preventDefault();
  });
  contents.on('will-attach-webview', (event) => {
    event.preventDefault();
  });
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

/** Opens the window where it was last time, or in the middle of a screen where that place is on none any more. Resolves when its page is loaded. */
export async function openWindow(core: Pick<Core, 'call'>, preloadFile: string): Promise<BrowserWindow> {
  const saved = await readBounds(core);
  const window = new BrowserWindow({
    width: saved?.width ?? 1440,
    height: saved?.height ?? 900,
    ...(saved === null ? {} : { x: saved.x, y: saved.y }),
    minWidth: 960,
    minHeight: 600,
    show: false,
    // The window's own dark ground: no white flash before the first paint.
    backgroundColor: '#161616',
    title: hostWords.productName,
    webPreferences: {
      preload: preloadFile,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      spellcheck: false,
    },
  });
  if (saved?.maximised === true) window.maximize();
  window.once('ready-to-show', () => {
    window.show();
  });
  keepBounds(core, window);
  await window.loadURL(`${appOrigin}/`);
  return window;
}

async function readBounds(core: Pick<Core, 'call'>): Promise<WindowBounds | null> {
  const { values } = await core.call('settings.get', {});
  const parsed = boundsSchema.safeParse(values[boundsSetting]);
  if (!parsed.success) return null;
  return isOnScreen(parsed.data) ? parsed.data : broughtBack(parsed.data);
}

/** A title bar that cannot be reached cannot be dragged back: a hand's breadth of the top must be on a screen. */
function isOnScreen(bounds: Rectangle): boolean {
  const { workArea } = screen.getDisplayMatching(bounds);
  const right = Math.min(bounds.x + bounds.width, workArea.x + workArea.width);
  const left = Math.max(bounds.x, workArea.x);
  return right - left >= 100 && bounds.y >= workArea.y - 8 && bounds.y < workArea.y + workArea.height - 40;
}

/** The size that was left, no larger than the screen, in the middle of the nearest one; whether it was maximised stays. */
function broughtBack(bounds: WindowBounds): WindowBounds {
  const { workArea } = screen.getDisplayMatching(bounds);
  const width = Math.min(bounds.width, workArea.width);
  const height = Math.min(bounds.height, workArea.height);
  return {
    ...bounds,
    width,
    height,
    x: Math.round(workArea.x + (workArea.width - width) / 2),
    y: Math.round(workArea.y + (workArea.height - height) / 2),
  };
}

function keepBounds(core: Pick<Core, 'call'>, window: BrowserWindow): void {
  let timer: NodeJS.Timeout | null = null;
  const save = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const value: WindowBounds = { ...window.getNormalBounds(), maximised: window.isMaximized() };
    core.call('settings.set', { key: boundsSetting, value }).catch((error: unknown) => {
      console.error(`The window's place could not be kept: ${String(error)}`);
    });
  };
  const saveSoon = () => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(save, saveAfterMs);
  };
  window.on('resize', saveSoon);
  window.on('move', saveSoon);
  window.on('close', save);
}
