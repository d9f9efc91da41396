import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chooseNextDataFolder, describeDataFolder } from '../../../src-main/core/data-folder.ts';
import { openDataFolderChoice } from '../../../src-main/serving/data-folder.ts';
import { createFileLog, logFileOf } from '../../../src-main/serving/file-log.ts';

let home: string;
const none: NodeJS.ProcessEnv = {};

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'data-folder-'));
  vi.stubEnv('HOME', home);
  vi.stubEnv('XDG_CONFIG_HOME', path.join(home, 'config'));
  vi.stubEnv('XDG_DATA_HOME', path.join(home, 'data'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true, force: true });
});

// Where the choice lies goes by XDG folders on Linux alone; the rules are the same everywhere.
describe.runIf(process.platform === 'linux')('the data folder', () => {
  it('is the one named, then the environment’s, then the chosen one, then the usual one', async () => {
    const usual = openDataFolderChoice(undefined, none);
    expect(usual).toMatchObject({ origin: 'usual', folder: usual.usualFolder });
    const chosen = path.join(home, 'elsewhere');
    await mkdir(chosen);
    usual.choose(chosen);
    expect(usual.next()).toBe(chosen);
    expect(openDataFolderChoice(undefined, none)).toMatchObject({ origin: 'chosen', folder: chosen });
    expect(openDataFolderChoice(undefined, { ANOMALY_WORKBENCH_DATA: '/env' })).toMatchObject({
      origin: 'environment',
      folder: '/env',
    });
    expect(openDataFolderChoice('/named', { ANOMALY_WORKBENCH_DATA: '/env' })).toMatchObject({
      origin: 'option',
      folder: '/named',
    });
    usual.choose(null);
    expect(openDataFolderChoice(undefined, none).origin).toBe('usual');
  });

  it('is not begun anew where the chosen one is missing, but asked for', async () => {
    const gone = path.join(home, 'unplugged');
    openDataFolderChoice(undefined, none).choose(gone);
    expect(() => openDataFolderChoice(undefined, none)).toThrow(/unplugged.*is not there. Connect its drive/);
    expect(openDataFolderChoice('/named', none).folder).toBe('/named');
  });

  it('says which file to delete where the choice cannot be read', async () => {
    const choice = openDataFolderChoice(undefined, none);
    await mkdir(path.join(home, 'x'));
    choice.choose(path.join(home, 'x'));
    const file = path.join(home, 'config/anomaly-workbench/data-folder.json');
    await writeFile(file, '{');
    expect(() => openDataFolderChoice(undefined, none)).toThrow(new RegExp(`${file}.*Delete it`));
  });

  it('of the next start is an empty folder or one that was a data folder, and never inside the present one', async () => {
    const present = path.join(home, 'present');
    await mkdir(present);
    const choice = openDataFolderChoice(present, none);
    const full = path.join(home, 'photos');
    await mkdir(full);
    await writeFile(path.join(full, 'a.png'), '');
    expect(() => {
      chooseNextDataFolder(present, choice, full);
    }).toThrow(/holds other things/);
    expect(() => {
      chooseNextDataFolder(present, choice, path.join(present, 'models'));
    }).toThrow(/inside the present data folder/);
    expect(() => {
      chooseNextDataFolder(present, undefined, full);
    }).toThrow(/keeps no choice/);
    expect(choice.next()).toBeNull();

    await writeFile(path.join(full, 'workbench.sqlite'), '');
    chooseNextDataFolder(present, choice, full);
    expect(describeDataFolder(present, choice)).toMatchObject({ origin: 'option', nextFolder: full });
    const fresh = path.join(home, 'new', 'folder');
    chooseNextDataFolder(present, choice, fresh);
    expect(openDataFolderChoice(undefined, none)).toMatchObject({ origin: 'chosen', folder: fresh });
    chooseNextDataFolder(present, choice, null);
    expect(describeDataFolder(present, choice).nextFolder).toBe(choice.usualFolder);
  });
});

describe('the log file', () => {
  it('keeps what is said, tells warnings aloud, and begins anew with the last part kept', async () => {
    const aloud: string[] = [];
    const folder = path.join(home, 'logs');
    const log = createFileLog(folder, (line) => aloud.push(line));
    log('debug', 'nothing');
    log('info', 'opened');
    log('warn', 'slow');
    expect(aloud).toEqual(['slow']);
    expect(await readFile(logFileOf(folder), 'utf8')).toMatch(/^\S+Z info opened\n\S+Z warn slow\n$/);
    await writeFile(logFileOf(folder), 'x'.repeat(1_000_001));
    log('info', 'again');
    expect(await readFile(logFileOf(folder), 'utf8')).toMatch(/^\S+Z info again\n$/);
    expect((await readFile(`${logFileOf(folder)}.1`, 'utf8')).length).toBe(1_000_001);
  });

  it('disturbs nothing where it cannot be written', async () => {
    await writeFile(path.join(home, 'file'), '');
    const aloud: string[] = [];
    createFileLog(path.join(home, 'file', 'logs'), (line) => aloud.push(line))('error', 'broken');
    expect(aloud).toEqual(['broken']);
  });
});
