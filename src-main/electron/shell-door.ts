import { app, BrowserWindow, Menu, type WebContents } from 'electron';
import { ipcChannels } from '../../src-shared/contract/ipc-channels.ts';
import type { Shell, ShellEvent } from '../../src-shared/contract/shell.ts';
import { buildFirstMenu, buildMenu } from './menu.ts';

export interface ShellDoorOptions {
  readonly platform: NodeJS.Platform;
  readonly isDevelopment: boolean;
}

/** The desktop around the window: its menu, the recent folders of its icon, and folders that were handed to the program. */
export interface ShellDoor {
  /** The window says what to show; from now on its page listens. */
  show(contents: WebContents, shell: Shell): void;
  /** Folders wait until a page listens, and bring the window to the front. */
  openFolders(folders: readonly string[]): void;
}

export function createShellDoor({ platform, isDevelopment }: ShellDoorOptions): ShellDoor {
  let listening: WebContents | null = null;
  let waiting: string[] = [];
  let shownRecent = '';
  Menu.setApplicationMenu(buildFirstMenu(platform));

  function send(event: ShellEvent): void {
    listening?.send(ipcChannels.shellEvent, event);
  }

  function forget(contents: WebContents): void {
    if (listening !== contents) return;
    listening = null;
    // What is left would call a page that is gone.
    Menu.setApplicationMenu(buildFirstMenu(platform));
  }

  function showRecent({ recent }: Shell): void {
    const state = JSON.stringify(recent);
    if (state === shownRecent) return;
    shownRecent = state;
    if (platform === 'darwin') {
      app.clearRecentDocuments();
      // The last one added is shown first.
      for (const { path } of recent.folders.toReversed()) app.addRecentDocument(path);
    }
    if (platform === 'win32') {
      app.setJumpList([
        {
          type: 'custom',
          name: recent.heading,
          items: recent.folders.map(({ name, path }) => ({
            type: 'task' as const,
            title: name,
            description: path,
            program: process.execPath,
            args: `"${path}"`,
            iconPath: process.execPath,
            iconIndex: 0,
          })),
        },
      ]);
    }
  }

  return {
    show(contents, shell) {
      const options = {
        isDevelopment,
        onCommand: (id: string) => {
          send({ kind: 'command', id });
        },
      };
      Menu.setApplicationMenu(buildMenu(shell.menu, options));
      showRecent(shell);
      if (listening !== contents) {
        listening = contents;
        contents.once('destroyed', () => {
          forget(contents);
        });
      }
      for (const path of waiting) send({ kind: 'folder', path });
      waiting = [];
    },
    openFolders(folders) {
      if (listening === null) waiting.push(...folders);
      else for (const path of folders) send({ kind: 'folder', path });
      focusWindow();
    },
  };
}

/** Shows the window where it is: minimised or behind others. */
export function focusWindow(): void {
  const [window] = BrowserWindow.getAllWindows();
  if (window?.isMinimized() === true) window.restore();
  window?.focus();
}
