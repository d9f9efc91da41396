import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ipcChannels } from '../../../src-shared/contract/ipc-channels.ts';
import type * as standIn from '../../support/electron-stand-in.ts';
import { createFakeCore, type FakeCore } from '../../support/fake-core.ts';

let folder: string;
let electron: typeof standIn;
let core: FakeCore;
let report: string | null;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'export-door-'));
  report = 'report.html';
  core = createFakeCore({
    'exports.written': () => ({ folder, report, isThere: true, runs: [] }),
  });
  vi.resetModules();
  electron = await import('../../support/electron-stand-in.ts');
  const { openIpc } = await import('../../../src-main/electron/ipc-door.ts');
  openIpc({ core, shellDoor: { show: () => undefined }, logFolder: folder });
  electron.protocol.handle('workbench', () => new Response('<h1>Report</h1>'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Asks as the main frame of our own page does. */
async function ask(channel: string, message: unknown): Promise<unknown> {
  const page = new electron.StandInContents();
  return await electron.invokeFrom(page, { url: 'workbench://app/', parent: null }, channel, message);
}

describe('the folder of an export', () => {
  it('is shown in the file manager, by the number of its job and never by a path', async () => {
    await ask(ipcChannels.openExport, 7);
    expect(electron.electronWorld.openedPaths).toEqual([folder]);
    expect(core.calls).toEqual([{ method: 'exports.written', params: { jobId: 7 } }]);
    await expect(ask(ipcChannels.openExport, '/etc')).rejects.toThrow(/open-export/);
    expect(electron.electronWorld.openedPaths).toEqual([folder]);
  });

  it('is told not to be shown where the system refuses', async () => {
    electron.electronWorld.openPathRefusal = 'no file manager';
    await expect(ask(ipcChannels.openExport, 7)).rejects.toThrow(/no file manager/);
  });
});

describe('the report as PDF', () => {
  it('is printed by its own style sheet, in a window that is never shown and runs no scripts', async () => {
    const file = path.join(folder, 'mine.pdf');
    electron.electronWorld.saveAnswers.push({ canceled: false, filePath: file });
    const created: standIn.BrowserWindow[] = [];
    electron.app.on('web-contents-created', () => created.push(...electron.BrowserWindow.getAllWindows()));
    expect(await ask(ipcChannels.saveReportPdf, 7)).toBe(file);

    expect(electron.electronWorld.dialogsShown).toMatchObject([
      { defaultPath: path.join(folder, 'report.pdf'), properties: ['showOverwriteConfirmation'] },
    ]);
    expect(await readFile(file, 'utf8')).toBe('%PDF of workbench://app/assets/report/7');
    expect(created).toHaveLength(1);
    expect(created[0]?.shown).toBe(false);
    expect(created[0]?.options).toMatchObject({
      show: false,
      webPreferences: { contextIsolation: true, sandbox: true, nodeIntegration: false, javascript: false },
    });
    expect(created[0]?.webContents.printed).toEqual({ preferCSSPageSize: true, printBackground: true });
    expect(electron.BrowserWindow.getAllWindows()).toEqual([]);
  });

  it('is not printed when the dialog is closed, or where there is no report', async () => {
    expect(await ask(ipcChannels.saveReportPdf, 7)).toBeNull();
    report = null;
    await expect(ask(ipcChannels.saveReportPdf, 7)).rejects.toThrow(/There is no report/);
    expect(electron.BrowserWindow.getAllWindows()).toEqual([]);
  });

  it('says which file could not be written, and leaves no window behind', async () => {
    const file = path.join(folder, 'missing', 'mine.pdf');
    electron.electronWorld.saveAnswers.push({ canceled: false, filePath: file });
    await expect(ask(ipcChannels.saveReportPdf, 7)).rejects.toThrow(/mine\.pdf/);
    expect(electron.BrowserWindow.getAllWindows()).toEqual([]);
  });
});
