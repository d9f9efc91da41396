import { BrowserWindow, dialog, ipcMain, type IpcMainInvokeEvent, type OpenDialogOptions } from 'electron';
import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import { ipcChannels } from '../../src-shared/contract/ipc-channels.ts';
import { fileKindSchema, type FileKind } from '../../src-shared/contract/wire.ts';
import type { Core } from '../core/core.ts';
import { isAppAddress } from './app-protocol.ts';

const fileFilters: Readonly<Record<FileKind, OpenDialogOptions['filters']>> = {
  checkpoint: [{ name: 'CLIP checkpoints', extensions: ['pt', 'pth', 'bin', 'safetensors'] }],
  prompts: [{ name: 'Learned prompts', extensions: ['pth', 'pt', 'safetensors'] }],
  any: [],
};

/** Answers the channels of `ipc-channels.ts`, and only where the main frame of our own page asks. */
export function openIpc(core: Pick<Core, 'dispatch'>): void {
  ipcMain.handle(ipcChannels.request, async (event, request: unknown) => {
    checkSender(event);
    return await core.dispatch(request);
  });
  ipcMain.handle(ipcChannels.pickFolder, async (event) => {
    checkSender(event);
    return await pick(event, { properties: ['openDirectory'] });
  });
  ipcMain.handle(ipcChannels.pickFile, async (event, kind: unknown) => {
    checkSender(event);
    const filters = fileFilters[fileKindSchema.parse(kind)] ?? [];
    return await pick(event, { properties: ['openFile'], filters });
  });
}

/** Throws `forbidden` for frames inside the page and for every page but ours. */
function checkSender({ senderFrame }: IpcMainInvokeEvent): void {
  if (senderFrame !== null && senderFrame.parent === null && isAppAddress(senderFrame.url)) return;
  throw new WorkbenchError('forbidden', 'Only the workbench window may ask for this.');
}

async function pick(event: IpcMainInvokeEvent, options: OpenDialogOptions): Promise<string | null> {
  const window = BrowserWindow.fromWebContents(event.sender);
  const answer =
    window === null ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(window, options);
  return answer.canceled ? null : (answer.filePaths[0] ?? null);
}
