import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Shell } from '../../../src-shared/contract/shell.ts';
import type { CoreOptions } from '../../../src-main/core/core.ts';
import { createFakeCore } from '../../support/fake-core.ts';
import { useElectronHost } from '../../support/start-electron-host.ts';

const opened = vi.hoisted(() => ({ options: [] as CoreOptions[], settings: {} as Record<string, unknown> }));
vi.mock('../../../src-main/core/create-core.ts', () => ({
  createCore: (options: CoreOptions) => {
    opened.options.push(options);
    return Promise.resolve(
      createFakeCore({
        'settings.get': () => ({ values: opened.settings as never }),
        'settings.set': () => ({ ok: true }),
      }),
    );
  },
}));

const host = useElectronHost();
const { start, theWindow, bridge } = host;

const shell: Shell = {
  menu: [
    {
      id: 'file',
      label: 'Datei',
      entries: [
        {
          kind: 'command',
          id: 'folder.add',
          label: 'Ordner …',
          accelerator: 'CmdOrCtrl+O',
          enabled: true,
          checked: null,
        },
        {
          kind: 'list',
          label: 'Zuletzt',
          entries: [
            {
              kind: 'command',
              id: 'recent 3',
              label: 'Flaschen',
              accelerator: null,
              enabled: false,
              checked: null,
            },
          ],
        },
        { kind: 'separator' },
        { kind: 'role', role: 'quit', label: 'Beenden' },
      ],
    },
    {
      id: 'view',
      label: 'Ansicht',
      entries: [
        {
          kind: 'command',
          id: 'theme dark',
          label: 'Dunkel',
          accelerator: null,
          enabled: true,
          checked: true,
        },
      ],
    },
    { id: 'help', label: 'Hilfe', entries: [] },
  ],
  recent: {
    heading: 'Zuletzt',
    folders: [
      { name: 'Flaschen', path: '/data/bottles' },
      { name: 'Kabel', path: '/data/cable' },
    ],
  },
};

beforeEach(async () => {
  await mkdir(path.join(host.folder, 'bottles'));
  await writeFile(path.join(host.folder, 'bottles', 'list.csv'), 'image');
  opened.options = [];
  opened.settings = {};
});

/** Everything that the page was told by the desktop. */
function listenToShell(): unknown[] {
  const heard: unknown[] = [];
  bridge().onShellEvent((event) => heard.push(event));
  return heard;
}

describe('the menu', () => {
  it('is what the window says, in its words, and tells the window what was chosen', async () => {
    const { electronWorld } = await start();
    const heard = listenToShell();
    await bridge().showShell(shell);
    const [file, view, help] = electronWorld.applicationMenu!.template;
    expect(file).toMatchObject({
      label: 'Datei',
      submenu: [
        { label: 'Ordner …', enabled: true, accelerator: 'CmdOrCtrl+O', registerAccelerator: false },
        { label: 'Zuletzt', submenu: [{ label: 'Flaschen', enabled: false }] },
        { type: 'separator' },
        { role: 'quit', label: 'Beenden' },
      ],
    });
    expect(view!.submenu![0]).toMatchObject({ type: 'checkbox', checked: true });
    expect(help).toMatchObject({ role: 'help', label: 'Hilfe' });
    file!.submenu![0]!.click!();
    await vi.waitFor(() => {
      expect(heard).toEqual([{ kind: 'command', id: 'folder.add' }]);
    });
  });

  it('offers reloading to those who work on the program, and to nobody else', async () => {
    await start();
    await bridge().showShell(shell);
    expect(JSON.stringify(host.electron.electronWorld.applicationMenu)).toContain('toggleDevTools');
    await start({
      before: ({ electronWorld }) => {
        electronWorld.isPackaged = true;
      },
    });
    await bridge().showShell(shell);
    expect(JSON.stringify(host.electron.electronWorld.applicationMenu)).toContain('Dunkel');
    expect(JSON.stringify(host.electron.electronWorld.applicationMenu)).not.toMatch(/reload|DevTools/);
  });

  it('refuses what is no menu, and goes back to the first one when its window is gone', async () => {
    const { electronWorld } = await start({ platform: 'darwin' });
    await expect(bridge().showShell({ menu: 'all' } as never)).rejects.toThrow(/shell/);
    await bridge().showShell(shell);
    theWindow().close();
    expect(JSON.stringify(electronWorld.applicationMenu)).toContain('windowMenu');
  });
});

describe('recent folders', () => {
  it('stand in the list of the icon on Windows, and among macOS’s recent documents', async () => {
    await start({ platform: 'win32' });
    await bridge().showShell(shell);
    expect(host.electron.electronWorld.jumpList).toMatchObject([
      {
        name: 'Zuletzt',
        items: [
          { title: 'Flaschen', args: '"/data/bottles"' },
          { title: 'Kabel', args: '"/data/cable"' },
        ],
      },
    ]);
    await start({ platform: 'darwin' });
    await bridge().showShell(shell);
    expect(host.electron.electronWorld.recentDocuments).toEqual(['/data/bottles', '/data/cable']);
    await bridge().showShell({ ...shell, recent: { heading: 'Zuletzt', folders: [] } });
    expect(host.electron.electronWorld.recentDocuments).toEqual([]);
  });
});

describe('a folder that is handed to the program', () => {
  it('reaches the window from the command line as soon as its page listens', async () => {
    const bottles = path.join(host.folder, 'bottles');
    await start({ args: [bottles, path.join(host.folder, 'not-there'), '--flag-of-chromium=1'] });
    const heard = listenToShell();
    await bridge().showShell(shell);
    await bridge().showShell(shell);
    await vi.waitFor(() => {
      expect(heard).toEqual([{ kind: 'folder', path: bottles }]);
    });
  });

  it('reaches it from a second start, whose file stands for its folder, and brings the window forward', async () => {
    const bottles = path.join(host.folder, 'bottles');
    const list = pathToFileURL(path.join(bottles, 'list.csv')).href;
    await start({
      args: [list],
      before: ({ electronWorld }) => {
        electronWorld.isSecondInstance = true;
      },
    });
    expect(host.electron.electronWorld).toMatchObject({ hasQuit: true, handedOver: { folders: [bottles] } });

    const first = await start();
    const heard = listenToShell();
    await bridge().showShell(shell);
    theWindow().minimised = true;
    first.app.emit('second-instance', {}, [], '/', { folders: [bottles] });
    await vi.waitFor(() => {
      expect(heard).toEqual([{ kind: 'folder', path: bottles }]);
    });
    expect(theWindow()).toMatchObject({ minimised: false, focused: true });
    first.app.emit('second-instance', {}, [], '/', 'nonsense');
    expect(heard).toHaveLength(1);
  });

  it('reaches it from the icon on macOS, before the application is ready and when no window is open', async () => {
    const bottles = path.join(host.folder, 'bottles');
    let release: () => void = () => undefined;
    const lastWorld = host.electron.electronWorld;
    const starting = start({
      platform: 'darwin',
      before: ({ electronWorld }) => {
        electronWorld.mainModuleEvaluated = new Promise((resolve) => {
          release = () => {
            resolve(null);
          };
        });
      },
    });
    await vi.waitFor(() => {
      expect(host.electron.electronWorld).not.toBe(lastWorld);
      expect(host.electron.electronWorld.privilegedSchemes).toHaveLength(1);
    });
    const event = new host.electron.StandInEvent();
    host.electron.app.emit('open-file', event, bottles);
    expect(event.defaultPrevented).toBe(true);
    release();
    await starting;
    const heard = listenToShell();
    await bridge().showShell(shell);
    await vi.waitFor(() => {
      expect(heard).toEqual([{ kind: 'folder', path: bottles }]);
    });

    theWindow().close();
    host.electron.app.emit('open-file', new host.electron.StandInEvent(), bottles);
    await vi.waitFor(() => {
      expect(theWindow().exposed['workbench']).toBeDefined();
    });
    const again = listenToShell();
    await bridge().showShell(shell);
    await vi.waitFor(() => {
      expect(again).toEqual([{ kind: 'folder', path: bottles }]);
    });
  });
});

describe('dialogs and files', () => {
  it('ask where to write a file under a suggested name, which is no place', async () => {
    const { electronWorld } = await start();
    electronWorld.saveAnswers.push(
      { canceled: false, filePath: '/out/points.json' },
      { canceled: true, filePath: '' },
    );
    expect(await bridge().pickNewFile('points.json')).toBe('/out/points.json');
    expect(await bridge().pickNewFile('points.json')).toBeNull();
    expect(electronWorld.dialogsShown[0]).toMatchObject({
      defaultPath: 'points.json',
      properties: ['showOverwriteConfirmation'],
    });
    await expect(bridge().pickNewFile('../../etc/passwd')).rejects.toThrow(/pick-new-file/);
  });

  it('tell where a dropped folder lies', async () => {
    await start();
    expect(bridge().pathOfDropped({ name: 'bottles', size: 0, path: '/data/bottles' } as never)).toBe(
      '/data/bottles',
    );
    expect(bridge().pathOfDropped({ name: 'pasted', size: 3 })).toBe('');
  });

  it('show the folder of log files, or say why not', async () => {
    const { electronWorld } = await start();
    await bridge().openLogFolder();
    expect(electronWorld.openedPaths).toEqual([path.join(host.folder, 'data', 'logs')]);
    electronWorld.openPathRefusal = 'no file manager';
    await expect(bridge().openLogFolder()).rejects.toThrow(/no file manager/);
  });
});

describe('what a page may', () => {
  it('is to write to the clipboard, and nothing else', async () => {
    const { askPermission } = await start();
    expect(await askPermission('clipboard-sanitized-write')).toEqual({ granted: true, checked: true });
    expect(await askPermission('clipboard-read')).toEqual({ granted: false, checked: false });
  });
});

describe('the window', () => {
  it('is brought to the middle, in its size, where its old place is on no screen any more', async () => {
    opened.settings = { 'window.bounds': { x: 5000, y: 4000, width: 1200, height: 700, maximised: false } };
    await start();
    expect(theWindow().bounds).toEqual({ x: 360, y: 190, width: 1200, height: 700 });
  });

  it('is made smaller where the screen is', async () => {
    opened.settings = { 'window.bounds': { x: -9000, y: 0, width: 4000, height: 3000, maximised: true } };
    await start();
    expect(theWindow()).toMatchObject({
      bounds: { x: 0, y: 0, width: 1920, height: 1080 },
      maximised: true,
    });
  });
});
