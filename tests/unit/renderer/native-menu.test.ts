import { describe, expect, it } from 'vitest';
import { shellSchema, type MenuEntry, type MenuPart } from '../../../src-shared/contract/shell.ts';
import type { Command } from '../../../src-renderer/state/commands.ts';
import { composeShell, recentIdOf, toAccelerator } from '../../../src-renderer/state/native-menu.ts';
import { recentSets } from '../../../src-renderer/state/recent-cleared.ts';

const ids = [
  ...[
    'view.data',
    'view.review',
    'view.thresholds',
    'view.compare',
    'view.prompts',
    'view.training',
    'view.models',
    'view.settings',
  ],
  ...['folder.add', 'export.open', 'run.start', 'jobs.pause', 'jobs.resume', 'jobs.cancel', 'jobs.open'],
  ...['theme.dark', 'theme.light', 'theme.system', 'search.open', 'keys.open', 'recent.clear'],
  ...['logs.open', 'report.open', 'about.open'],
];

function commandsWith(changes: Readonly<Record<string, Partial<Command>>> = {}): Command[] {
  return ids.map((id) => ({ id, title: id, isEnabled: true, run: () => undefined, ...changes[id] }));
}

const recent = [
  { id: 3, name: 'Bottles', root: '/data/bottles' },
  { id: 1, name: 'Cable', root: '/data/cable' },
];

function entriesOf(part: MenuPart | undefined): MenuEntry[] {
  return (part?.entries ?? []).flatMap((entry) => (entry.kind === 'list' ? entry.entries : [entry]));
}

function compose(platform: string, changes?: Readonly<Record<string, Partial<Command>>>) {
  const shell = shellSchema.parse(composeShell({ platform, commands: commandsWith(changes), recent }));
  const part = (id: MenuPart['id']) => shell.menu.find((each) => each.id === id);
  const commandIds = shell.menu.flatMap((each) =>
    entriesOf(each).flatMap((entry) => (entry.kind === 'command' ? [entry.id] : [])),
  );
  return { shell, part, commandIds };
}

describe('the native menu', () => {
  it.each(['linux', 'win32', 'darwin'])('holds every command once on %s', (platform) => {
    const { commandIds } = compose(platform);
    const own = commandIds.filter((id) => recentIdOf(id) === null);
    expect(own.toSorted()).toEqual(ids.toSorted());
  });

  it('ends the program from «File», and on a Mac from the program’s own menu, which comes first', () => {
    const roles = (part: MenuPart | undefined) =>
      entriesOf(part).flatMap((entry) => (entry.kind === 'role' ? [`${entry.role} ${entry.label}`] : []));
    const onMac = compose('darwin');
    expect(onMac.shell.menu[0]?.id).toBe('app');
    expect(roles(onMac.part('app')).at(-1)).toBe('quit Quit Anomaly Workbench');
    expect(roles(onMac.part('file'))).toEqual(['close Close window']);
    expect(onMac.part('window')).toBeDefined();
    expect(roles(compose('win32').part('file'))).toEqual(['quit Exit']);
    expect(roles(compose('linux').part('file'))).toEqual(['quit Quit']);
    expect(compose('linux').part('window')).toBeUndefined();
  });

  it('lists recent data sets by name and folder, and clears the list', () => {
    const { part, shell } = compose('linux');
    const list = part('file')?.entries.find((entry) => entry.kind === 'list');
    expect(list).toMatchObject({
      label: 'Open recent',
      entries: [
        { id: 'recent 3', label: 'Bottles · /data/bottles' },
        { id: 'recent 1' },
        { kind: 'separator' },
        { id: 'recent.clear' },
      ],
    });
    expect(recentIdOf('recent 3')).toBe(3);
    expect(recentIdOf('recent.clear')).toBeNull();
    expect(shell.recent.folders[0]).toEqual({ name: 'Bottles', path: '/data/bottles' });
  });

  it('says of each command whether it means anything now, which key it has and whether it is chosen', () => {
    const { part } = compose('linux', {
      'run.start': { isEnabled: false, chord: 'Ctrl+Enter' },
      'keys.open': { chord: '?' },
      'theme.light': { isChecked: true },
      'theme.dark': { isChecked: false },
    });
    const find = (id: MenuPart['id'], commandId: string) =>
      entriesOf(part(id)).find((entry) => entry.kind === 'command' && entry.id === commandId);
    expect(find('run', 'run.start')).toMatchObject({ enabled: false, accelerator: 'CmdOrCtrl+Enter' });
    expect(find('help', 'keys.open')).toMatchObject({ enabled: true, accelerator: null, checked: null });
    expect(find('view', 'theme.light')).toMatchObject({ checked: true });
    expect(find('view', 'theme.dark')).toMatchObject({ checked: false });
  });
});

describe('a key of the menu', () => {
  it.each([
    ['Ctrl+K', 'CmdOrCtrl+K'],
    ['Ctrl+Shift+Z', 'CmdOrCtrl+Shift+Z'],
    ['Alt+1', 'Alt+1'],
    ['Ctrl+,', 'CmdOrCtrl+,'],
    ['Ctrl++', 'CmdOrCtrl+Plus'],
    ['Ctrl+ArrowLeft', 'CmdOrCtrl+Left'],
    ['A', null],
    ['?', null],
  ])('%s is %s', (chord, accelerator) => {
    expect(toAccelerator(chord)).toBe(accelerator);
  });
});

describe('recent data sets', () => {
  it('are those opened or added since the list was cleared', () => {
    const sets = [
      { id: 1, createdAtMs: 10, lastOpenedAtMs: 300 },
      { id: 2, createdAtMs: 250 },
      { id: 3, createdAtMs: 20, lastOpenedAtMs: 30 },
    ] as unknown as Parameters<typeof recentSets>[0];
    expect(recentSets(sets, 0).map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(recentSets(sets, 100).map(({ id }) => id)).toEqual([1, 2]);
    expect(recentSets(sets, 300)).toEqual([]);
  });
});
