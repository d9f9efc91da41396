import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BrowserWindow, shell } from 'electron';
import { assetPaths } from '../../src-shared/contract/asset-paths.ts';
import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import { appOrigin } from '../../src-shared/contract/ipc-channels.ts';
import type { Core } from '../core/core.ts';
import { fromSystemError } from '../core/error-report.ts';

/** Shows the folder of an export in the system's own file manager. The page names the export, never a place. */
export async function openExportFolder(core: Pick<Core, 'call'>, jobId: number): Promise<void> {
  const { folder } = await core.call('exports.written', { jobId });
  // An empty word means that it was opened.
  const refusal = await shell.openPath(folder);
  if (refusal !== '') throw new WorkbenchError('unavailable', `${folder} cannot be shown: ${refusal}`);
}

/** What the PDF of an export's report is called at first. */
export async function reportPdfName(core: Pick<Core, 'call'>, jobId: number): Promise<string> {
  const { folder, report } = await core.call('exports.written', { jobId });
  if (report === null) throw new WorkbenchError('not-found', `There is no report in ${folder}.`);
  return path.join(folder, `${path.basename(report, path.extname(report))}.pdf`);
}

/**
 * Prints an export's report into a PDF. The page is laid out in a window of its own that is never shown and runs no
 * scripts; its style sheet says paper size, margins and page numbers.
 */
export async function printReport(jobId: number, file: string): Promise<void> {
  const window = new BrowserWindow({
    show: false,
    webPreferences: { contextIsolation: true, sandbox: true, nodeIntegration: false, javascript: false },
  });
  try {
    await window.loadURL(`${appOrigin}${assetPaths.report(jobId)}`);
    const pdf = await window.webContents.printToPDF({ preferCSSPageSize: true, printBackground: true });
    await writeFile(file, pdf);
  } catch (thrown) {
    throw fromSystemError(thrown, file);
  } finally {
    window.destroy();
  }
}
