import {
  BrowserWindow,
  dialog,
  ipcMain,
  shell,
  type IpcMainInvokeEvent,
  type OpenDialogOptions,
  type SaveDialogOptions,
} from 'electron';
import { z } from 'zod';
import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import { ipcChannels } from '../../src-shared/contract/ipc-channels.ts';
import { idSchema } from '../../src-shared/domain/dataset.ts';
import { shellSchema } from '../../src-shared/contract/shell.ts';
import { fileKindSchema, type FileKind } from '../../src-shared/contract/wire.ts';
import type { Core } from '../core/core.ts';
import { isAppAddress } from './app-protocol.ts';
import { openExportFolder, printReport, reportPdfName } from './export-door.ts';
import { hostWords } from './host-words.ts';
import type { ShellDoor } from './shell-door.ts';

export interface IpcDoorOptions {
  readonly core: Pick<Core, 'dispatch' | 'call'>;
  readonly shellDoor: Pick<ShellDoor, 'show'>;
  readonly logFolder: string;
}

const fileFilters: Readonly<Record<FileKind, OpenDialogOptions['filters']>> = {
  checkpoint: [{ name: hostWords.checkpoints, extensions: ['pt', 'pth', 'bin', 'safetensors'] }],
  prompts: [{ name: hostWords.learnedPrompts, extensions: ['pth', 'pt', 'safetensors'] }],
  any: [],
};

/** A name for a file, never a place: that is the user's to choose. */
const suggestedNameSchema = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^/\\]+$/);

/** Answers the channels of `ipc-channels.ts`, and only where the main frame of our own page asks. */
export function openIpc({ core, shellDoor, logFolder }: IpcDoorOptions): void {
  answer(ipcChannels.request, async (_, request) => await core.dispatch(request));
  answer(ipcChannels.pickFolder, async (event) => await pick(event, { properties: ['openDirectory'] }));
  answer(ipcChannels.pickFile, async (event, kind) => {
    const filters = fileFilters[fileKindSchema.parse(kind)] ?? [];
    return await pick(event, { properties: ['openFile'], filters });
  });
  answer(ipcChannels.pickNewFile, async (event, name) => {
    const defaultPath = suggestedNameSchema.parse(name);
    return await pickNew(event, { defaultPath, properties: ['showOverwriteConfirmation'] });
  });
  answer(ipcChannels.shell, (event, wanted) => {
    shellDoor.show(event.sender, shellSchema.parse(wanted));
  });
  answer(ipcChannels.openExport, async (_, jobId) => {
    await openExportFolder(core, idSchema.parse(jobId));
  });
  answer(ipcChannels.saveReportPdf, async (event, wanted) => {
    const jobId = idSchema.parse(wanted);
    const defaultPath = await reportPdfName(core, jobId);
    const file = await pickNew(event, { defaultPath, properties: ['showOverwriteConfirmation'] });
    if (file !== null) await printReport(jobId, file);
    return file;
  });
  answer(ipcChannels.openLogFolder, async () => {
    // An empty word means that it was opened.
    const refusal = await shell.openPath(logFolder);
    if (refusal !== '') throw new WorkbenchError('unavailable', `${logFolder} cannot be shown: ${refusal}`);
  });
}

function answer(channel: string, handle: (event: IpcMainInvokeEvent, message: unknown) => unknown): void {
  ipcMain.handle(channel, async (event, message: unknown) => {
    checkSender(event);
    return await handle(event, message);
  });
}

/** Throws `forbidden` for frames inside the page and for every page but ours. */
function checkSender({ senderFrame }: IpcMainInvokeEvent): void {
  if (senderFrame !== null && senderFrame.parent === null && isAppAddress(senderFrame.url)) return;
  throw new WorkbenchError('forbidden', hostWords.onlyOurWindow);
}

async function pick(event: IpcMainInvokeEvent, options: OpenDialogOptions): Promise<string | null> {
  const window = BrowserWindow.fromWebContents(event.sender);
  const chosen =
    window === null ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(window, options);
  return chosen.canceled ? null : (chosen.filePaths[0] ?? null);
}

async function pickNew(event: IpcMainInvokeEvent, options: SaveDialogOptions): Promise<string | null> {
  const window = BrowserWindow.fromWebContents(event.sender);
  const chosen =
    window === null ? await dialog.showSaveDialog(options) : await dialog.showSaveDialog(window, options);
  return chosen.canceled || chosen.filePath === '' ? null : chosen.filePath;
}
