import type { MenuEntry, MenuPart, Shell } from '../../src-shared/contract/shell.ts';
import { say } from '../texts/say.ts';
import type { Command } from './commands.ts';

interface RecentSet {
  readonly id: number;
  readonly name: string;
  readonly root: string;
}

export interface NativeMenuParts {
  readonly platform: string;
  readonly commands: readonly Command[];
  /** Data sets, the most recently opened first. */
  readonly recent: readonly RecentSet[];
}

/** What a recent data set is called among the commands of the menu. */
const recentPrefix = 'recent ';
const mostRecent = 10;

/** The data set that a command of the menu opens; null for other commands. */
export function recentIdOf(commandId: string): number | null {
  return commandId.startsWith(recentPrefix) ? Number(commandId.slice(recentPrefix.length)) : null;
}

/**
 * The native menu as each system has it: on a Mac the program's own menu comes first and holds settings and the end of the
 * program; elsewhere these stand under «File».
 */
export function composeShell({ platform, commands, recent }: NativeMenuParts): Shell {
  const isMac = platform === 'darwin';
  const command = (id: string): MenuEntry[] => {
    const found = commands.find((each) => each.id === id);
    return found ? [toEntry(found)] : [];
  };
  const sets = recent.slice(0, mostRecent);
  const recentList: MenuPart['entries'][number] = {
    kind: 'list',
    label: say('Open recent'),
    entries: [
      ...sets.map(({ id, name, root }): MenuEntry => ({
        kind: 'command',
        id: `${recentPrefix}${id}`,
        label: say('{name} · {folder}', { name, folder: root }).slice(0, 200),
        accelerator: null,
        enabled: true,
        checked: null,
      })),
      separator,
      ...command('recent.clear'),
    ],
  };
  const file: MenuPart = {
    id: 'file',
    label: say('File'),
    entries: [
      ...command('folder.add'),
      recentList,
      separator,
      ...command('export.open'),
      ...(isMac
        ? [separator, role('close', say('Close window'))]
        : [
            separator,
            ...command('view.settings'),
            separator,
            role('quit', platform === 'win32' ? say('Exit') : say('Quit')),
          ]),
    ],
  };
  return {
    menu: [
      ...(isMac ? [macMenu(command)] : []),
      file,
      editMenu(),
      viewMenu(command),
      {
        id: 'run',
        label: say('Run'),
        entries: [
          ...command('run.start'),
          separator,
          ...command('jobs.pause'),
          ...command('jobs.resume'),
          ...command('jobs.cancel'),
          separator,
          ...command('jobs.open'),
        ],
      },
      ...(isMac ? [windowMenu()] : []),
      {
        id: 'help',
        label: say('Help'),
        entries: [
          ...command('keys.open'),
          ...command('search.open'),
          separator,
          ...command('logs.open'),
          ...command('report.open'),
          ...(isMac ? [] : [separator, ...command('about.open')]),
        ],
      },
    ],
    recent: {
      heading: say('Recent data sets'),
      folders: sets.map(({ name, root }) => ({ name, path: root })),
    },
  };
}

const separator: MenuEntry = { kind: 'separator' };

function role(name: Extract<MenuEntry, { kind: 'role' }>['role'], label: string): MenuEntry {
  return { kind: 'role', role: name, label };
}

function macMenu(command: (id: string) => MenuEntry[]): MenuPart {
  return {
    id: 'app',
    label: 'Anomaly Workbench',
    entries: [
      ...command('about.open'),
      separator,
      ...command('view.settings'),
      separator,
      role('services', say('Services')),
      separator,
      role('hide', say('Hide Anomaly Workbench')),
      role('hideOthers', say('Hide others')),
      role('unhide', say('Show all')),
      separator,
      role('quit', say('Quit Anomaly Workbench')),
    ],
  };
}

function editMenu(): MenuPart {
  return {
    id: 'edit',
    label: say('Edit'),
    entries: [
      role('undo', say('Undo')),
      role('redo', say('Redo')),
      separator,
      role('cut', say('Cut')),
      role('copy', say('Copy')),
      role('paste', say('Paste')),
      role('selectAll', say('Select all')),
    ],
  };
}

function viewMenu(command: (id: string) => MenuEntry[]): MenuPart {
  return {
    id: 'view',
    label: say('View'),
    entries: [
      ...[
        'view.data',
        'view.review',
        'view.thresholds',
        'view.compare',
        'view.prompts',
        'view.training',
        'view.models',
      ].flatMap(command),
      separator,
      {
        kind: 'list',
        label: say('Theme'),
        entries: ['theme.dark', 'theme.light', 'theme.system'].flatMap(command),
      },
      separator,
      role('resetZoom', say('Actual size')),
      role('zoomIn', say('Zoom in')),
      role('zoomOut', say('Zoom out')),
      separator,
      role('togglefullscreen', say('Full screen')),
    ],
  };
}

function windowMenu(): MenuPart {
  return {
    id: 'window',
    label: say('Window'),
    entries: [
      role('minimize', say('Minimise')),
      role('zoom', say('Zoom')),
      separator,
      role('front', say('Bring all to front')),
    ],
  };
}

function toEntry({ id, title, isEnabled, isChecked, chord = null }: Command): MenuEntry {
  return {
    kind: 'command',
    id,
    label: title,
    accelerator: chord === null ? null : toAccelerator(chord),
    enabled: isEnabled,
    checked: isChecked ?? null,
  };
}

/** `Ctrl+K` as Electron writes it; null for a key without Ctrl or Alt, which a Mac's menu would take from text fields. */
export function toAccelerator(chord: string): string | null {
  if (!/^(?:Ctrl|Alt)\+/.test(chord)) return null;
  return chord
    .replace('Ctrl+', 'CmdOrCtrl+')
    .replace(/Arrow(Up|Down|Left|Right)$/, '$1')
    .replace(/\+$/, 'Plus');
}
