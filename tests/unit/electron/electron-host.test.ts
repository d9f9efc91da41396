import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { ipcChannels } from '../../../src-shared/contract/ipc-channels.ts';
import type { CoreOptions } from '../../../src-main/core/core.ts';
import { createFakeCore, type FakeCore } from '../../support/fake-core.ts';
import { useElectronHost } from '../../support/start-electron-host.ts';

const opened = vi.hoisted(() => ({
  core: null as FakeCore | null,
  options: [] as CoreOptions[],
  failure: null as Error | null,
}));
vi.mock('../../../src-main/core/create-core.ts', () => ({
  createCore: (options: CoreOptions) => {
    opened.options.push(options);
    if (opened.failure !== null) return Promise.reject(opened.failure);
    return Promise.resolve(opened.core);
  },
}));

const host = useElectronHost();
const { start, theWindow, bridge } = host;
let settings: Record<string, unknown>;
const core = () => opened.core!;

beforeEach(async () => {
  await writeFile(path.join(host.folder, 'picture.png'), 'pixels');
  settings = {};
  opened.options = [];
  opened.failure = null;
  opened.core = createFakeCore(
    {
      'settings.get': () => ({ values: settings as never }),
      'settings.set': ({ key, value }: { key: string; value: unknown }) => {
        settings[key] = value;
        return { ok: true };
      },
    },
    (asset) =>
      asset === '/assets/image/7'
        ? {
            status: 200,
            contentType: 'image/png',
            headers: {},
            filePath: path.join(host.folder, 'picture.png'),
          }
        : { status: 404, contentType: 'text/plain', headers: {} },
  );
});

describe('starting', () => {
  it('opens one closed-off window on the data folder that was named', async () => {
    const { electronWorld } = await start();
    expect(electronWorld.sandboxEnabled).toBe(true);
    expect(electronWorld.paths.get('userData')).toBe(path.join(host.folder, 'data', 'window'));
    expect(opened.options[0]).toMatchObject({ dataFolder: path.join(host.folder, 'data'), host: 'electron' });
    const window = theWindow();
    expect(window.shown).toBe(true);
    expect(window.options.webPreferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      webSecurity: true,
    });
    expect(await window.page?.text()).toBe('<title>window</title>');
    expect(electronWorld.privilegedSchemes).toMatchObject([{ scheme: 'workbench' }]);
  });

  it('leaves the data folder to the instance that has it, which shows its window', async () => {
    const { electronWorld } = await start({
      before: ({ electronWorld }) => {
        electronWorld.isSecondInstance = true;
      },
    });
    expect(electronWorld.hasQuit).toBe(true);
    expect(opened.options).toEqual([]);

    const first = await start();
    theWindow().minimised = true;
    first.app.emit('second-instance');
    expect(theWindow()).toMatchObject({ minimised: false, focused: true });
  });

  it('tells in a dialog why the core could not be opened, and ends with code 1', async () => {
    opened.failure = new WorkbenchError('disk-full', 'There is no room left on the disk of the data folder.');
    const { electronWorld } = await start();
    expect(electronWorld.errorBoxes).toEqual([
      {
        title: 'Anomaly Workbench cannot start',
        content: 'There is no room left on the disk of the data folder.',
      },
    ]);
    expect(electronWorld.exitCode).toBe(1);
  });

  it.each(['darwin', 'linux'] as const)(
    'has a menu with editing, zoom and full screen on %s before the window says more',
    async (platform) => {
      const { electronWorld } = await start();
      expect(JSON.stringify(electronWorld.applicationMenu?.template)).toContain('togglefullscreen');
      const { buildFirstMenu } = await import('../../../src-main/electron/menu.ts');
      const menu = buildFirstMenu(platform) as unknown as { template: { role?: string }[] };
      const roles = menu.template.map(({ role }) => role);
      expect(roles).toContain('editMenu');
      expect(roles.includes('appMenu')).toBe(platform === 'darwin');
    },
  );
});

describe('the bridge', () => {
  it('carries requests to the core and replies back', async () => {
    await start();
    expect(await bridge().request({ id: 3, method: 'settings.get', params: {} })).toEqual({
      id: 3,
      ok: true,
      result: { values: {} },
    });
    expect(await bridge().request({ id: 4, method: 'no.such', params: {} })).toMatchObject({
      id: 4,
      ok: false,
      error: { code: 'unknown-method' },
    });
    expect(await bridge().request('nonsense' as never)).toMatchObject({ ok: false });
  });

  it('carries events to the page until it stops listening, without Electron’s event object', async () => {
    await start();
    const heard: unknown[][] = [];
    const stop = bridge().onEvent((...args) => heard.push(args));
    core().emit({ event: 'models.changed' });
    await vi.waitFor(() => {
      expect(heard).toEqual([[{ event: 'models.changed' }]]);
    });
    stop();
    core().emit({ event: 'models.changed' });
    await Promise.resolve();
    expect(heard).toHaveLength(1);
  });

  it('asks for folders and files with the system’s dialog', async () => {
    const { electronWorld } = await start();
    electronWorld.dialogAnswers.push(
      { canceled: false, filePaths: ['/images'] },
      { canceled: true, filePaths: [] },
      { canceled: false, filePaths: ['/model.pt'] },
      { canceled: false, filePaths: ['/any.bin'] },
    );
    expect(await bridge().pickFolder()).toBe('/images');
    expect(await bridge().pickFolder()).toBeNull();
    expect(await bridge().pickFile('checkpoint')).toBe('/model.pt');
    expect(await bridge().pickFile('any')).toBe('/any.bin');
    expect(electronWorld.dialogsShown).toMatchObject([
      { properties: ['openDirectory'] },
      { properties: ['openDirectory'] },
      { properties: ['openFile'], filters: [{ extensions: ['pt', 'pth', 'bin', 'safetensors'] }] },
      { properties: ['openFile'], filters: [] },
    ]);
    await expect(bridge().pickFile('passwords' as never)).rejects.toThrow(/pick-file/);
  });

  it('exposes its functions and the platform, and nothing else', async () => {
    await start();
    expect(theWindow().exposed).toEqual({
      workbench: {
        request: expect.any(Function) as unknown,
        onEvent: expect.any(Function) as unknown,
        pickFolder: expect.any(Function) as unknown,
        pickFile: expect.any(Function) as unknown,
        pickNewFile: expect.any(Function) as unknown,
        pathOfDropped: expect.any(Function) as unknown,
        platform: process.platform,
        showShell: expect.any(Function) as unknown,
        onShellEvent: expect.any(Function) as unknown,
        openLogFolder: expect.any(Function) as unknown,
        openExport: expect.any(Function) as unknown,
        saveReportPdf: expect.any(Function) as unknown,
      },
    });
  });

  it.each([
    [
      'a frame inside the page',
      { url: 'workbench://app/', parent: { url: 'workbench://app/', parent: null } },
    ],
    ['another page', { url: 'https://evil.example/', parent: null }],
    ['a page that only begins like ours', { url: 'workbench://app.evil.example/', parent: null }],
    ['a file', { url: 'file:///tmp/page.html', parent: null }],
    ['a frame that is gone', null],
  ])('refuses every channel to %s', async (_, frame) => {
    const { electronWorld, invokeFrom } = await start();
    for (const channel of [
      ipcChannels.request,
      ipcChannels.pickFolder,
      ipcChannels.pickFile,
      ipcChannels.pickNewFile,
      ipcChannels.shell,
      ipcChannels.openLogFolder,
      ipcChannels.openExport,
      ipcChannels.saveReportPdf,
    ])
      await expect(invokeFrom(theWindow().webContents, frame, channel, {})).rejects.toThrow(
        /Only the workbench/,
      );
    expect(electronWorld.dialogsShown).toEqual([]);
    expect(core().calls.map(({ method }) => method)).toEqual(['settings.get']);
  });
});

describe('the page', () => {
  it('is served from the window’s own origin, assets through the core', async () => {
    const { fetchInPage } = await start();
    const asset = await fetchInPage('workbench://app/assets/image/7');
    expect(await asset?.text()).toBe('pixels');
    expect(asset?.headers.get('content-type')).toBe('image/png');
    expect((await fetchInPage('workbench://app/../../etc/passwd.txt'))?.status).toBe(404);
    const { answerAppRequest } = await import('../../../src-main/electron/app-protocol.ts');
    const other = new Request('workbench://other/assets/image/7');
    expect((await answerAppRequest(() => Promise.reject(new Error('asked')), other)).status).toBe(404);
    expect((await fetchInPage('workbench://app/', { method: 'POST' }))?.status).toBe(405);
    const page = await fetchInPage('workbench://app/review/3');
    expect(page?.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('reaches nothing outside', async () => {
    const { fetchInPage } = await start();
    for (const url of [
      'https://example.org/',
      'http://127.0.0.1:1/',
      'file:///etc/passwd',
      'ws://127.0.0.1/',
    ])
      expect(await fetchInPage(url)).toBeNull();
  });

  it('gets no permission', async () => {
    const { askPermission } = await start();
    for (const name of ['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal'])
      expect(await askPermission(name)).toEqual({ granted: false, checked: false });
  });

  it('stays where it is and opens nothing', async () => {
    const { StandInEvent } = await start();
    const contents = theWindow().webContents;
    const tries = (name: string, url: string) => {
      const event = new StandInEvent(url);
      contents.emit(name, event);
      return event.defaultPrevented;
    };
    for (const name of ['will-navigate', 'will-redirect']) {
      expect(tries(name, 'https://evil.example/')).toBe(true);
      expect(tries(name, 'workbench://app.evil.example/')).toBe(true);
      expect(tries(name, 'workbench://app/review/3')).toBe(false);
    }
    expect(tries('will-attach-webview', '')).toBe(true);
    expect(contents.windowOpenHandler?.({ url: 'https://evil.example/' })).toEqual({ action: 'deny' });
  });
});

describe('the window’s place', () => {
  const bounds = { x: 100, y: 50, width: 1280, height: 720, maximised: true };

  it('is kept when the window was moved and when it closes', async () => {
    await start();
    theWindow().bounds = { x: 10, y: 20, width: 1000, height: 700 };
    theWindow().emit('move');
    theWindow().emit('resize');
    await vi.waitFor(() => {
      expect(settings['window.bounds']).toEqual({ x: 10, y: 20, width: 1000, height: 700, maximised: false });
    });
    const window = theWindow();
    window.bounds = { x: 11, y: 20, width: 1000, height: 700 };
    window.close();
    await vi.waitFor(() => {
      expect(settings['window.bounds']).toMatchObject({ x: 11 });
    });
  });

  it('is the one of last time', async () => {
    settings['window.bounds'] = bounds;
    await start();
    expect(theWindow()).toMatchObject({
      bounds: { x: 100, y: 50, width: 1280, height: 720 },
      maximised: true,
    });
  });

  it.each([
    ['off the screen', { ...bounds, x: 1900 }],
    ['above the screen', { ...bounds, y: -700 }],
  ])('is the middle of the screen where the kept one is %s', async (_, kept) => {
    settings['window.bounds'] = kept;
    await start();
    const { width, height } = theWindow().bounds;
    expect(theWindow().bounds).toEqual({
      width: kept.width,
      height: kept.height,
      x: (1920 - width) / 2,
      y: (1080 - height) / 2,
    });
  });

  it('is the usual one where the kept one is nonsense', async () => {
    settings['window.bounds'] = { x: 'left' };
    await start();
    expect(theWindow().options).toMatchObject({ width: 1440, height: 900 });
    expect(theWindow().options).not.toHaveProperty('x');
  });

  it('can fail to be kept without harm', async () => {
    await start();
    opened.core = null;
    const silenced = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    settings = Object.freeze({}) as Record<string, unknown>;
    theWindow().close();
    await vi.waitFor(() => {
      expect(silenced).toHaveBeenCalledWith(expect.stringContaining('place could not be kept'));
    });
    silenced.mockRestore();
  });
});

describe('ending', () => {
  it('closes the core before the application quits', async () => {
    const { app, electronWorld } = await start();
    const closing = core();
    theWindow().close();
    if (process.platform === 'darwin') app.quit();
    expect(electronWorld.hasQuit).toBe(false);
    await vi.waitFor(() => {
      expect(electronWorld.hasQuit).toBe(true);
    });
    expect(closing.closed).toBe(true);
    expect(closing.subscriberCount).toBe(0);
  });

  it('opens a window again when its icon is clicked and none is open', async () => {
    const { app, BrowserWindow } = await start();
    app.emit('activate');
    expect(BrowserWindow.getAllWindows()).toHaveLength(1);
    const quit = vi.spyOn(app, 'quit').mockImplementation(() => undefined);
    theWindow().close();
    app.emit('activate');
    await vi.waitFor(() => {
      expect(BrowserWindow.getAllWindows()).toHaveLength(1);
    });
    quit.mockRestore();
  });
});
