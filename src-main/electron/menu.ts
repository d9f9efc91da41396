import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { MenuEntry, MenuPart } from '../../src-shared/contract/shell.ts';
import { hostWords } from './host-words.ts';

export interface MenuOptions {
  /** Reloading and developer tools are for those who work on the program. */
  readonly isDevelopment: boolean;
  readonly onCommand: (id: string) => void;
}

const developerItems: readonly MenuItemConstructorOptions[] = [
  { type: 'separator' },
  { role: 'reload' },
  { role: 'toggleDevTools' },
];

/** The system's own place for a menu, where it has one. */
const partRoles: Readonly<Partial<Record<MenuPart['id'], MenuItemConstructorOptions['role']>>> = {
  window: 'window',
  help: 'help',
};

/** The native menu as the window describes it. */
export function buildMenu(parts: readonly MenuPart[], options: MenuOptions): Menu {
  return Menu.buildFromTemplate(parts.map((part) => toTemplate(part, options)));
}

function toTemplate(part: MenuPart, options: MenuOptions): MenuItemConstructorOptions {
  const role = partRoles[part.id];
  const submenu = part.entries.map((entry): MenuItemConstructorOptions =>
    entry.kind === 'list'
      ? { label: entry.label, submenu: entry.entries.map((one) => toItem(one, options)) }
      : toItem(entry, options),
  );
  return {
    label: part.label,
    ...(role === undefined ? {} : { role }),
    submenu: part.id === 'view' && options.isDevelopment ? [...submenu, ...developerItems] : submenu,
  };
}

function toItem(entry: MenuEntry, { onCommand }: MenuOptions): MenuItemConstructorOptions {
  switch (entry.kind) {
    case 'separator':
      return { type: 'separator' };
    case 'role':
      return { role: entry.role, label: entry.label };
    case 'command':
      return {
        label: entry.label,
        enabled: entry.enabled,
        ...(entry.checked === null ? {} : { type: 'checkbox', checked: entry.checked }),
        // The window listens to keys itself: it knows whether they belong to a text field.
        ...(entry.accelerator === null ? {} : { accelerator: entry.accelerator, registerAccelerator: false }),
        click: () => {
          onCommand(entry.id);
        },
      };
  }
}

/** Before the window has said what it can do, and on macOS while there is none: editing, closing, quitting. */
export function buildFirstMenu(platform: NodeJS.Platform): Menu {
  return Menu.buildFromTemplate([
    ...(platform === 'darwin' ? [{ role: 'appMenu' } satisfies MenuItemConstructorOptions] : []),
    { role: 'fileMenu' },
    { role: 'editMenu', label: hostWords.edit },
    {
      label: hostWords.view,
      submenu: [
        { role: 'togglefullscreen' },
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
      ],
    },
    { role: 'windowMenu' },
  ]);
}
