// Runs in the window's sandbox, before the page; bundled as one CommonJS file. All it may do is hand messages over.
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { ipcChannels } from '../../src-shared/contract/ipc-channels.ts';
import type { WorkbenchBridge } from '../../src-shared/contract/wire.ts';

/** The page never sees Electron's event object: it would lead to the whole of ipcRenderer. */
function listen(channel: string, listener: (message: unknown) => void): () => void {
  const handle = (_: unknown, message: unknown) => {
    listener(message);
  };
  ipcRenderer.on(channel, handle);
  return () => {
    ipcRenderer.off(channel, handle);
  };
}

const bridge: WorkbenchBridge = {
  request: (request) => ipcRenderer.invoke(ipcChannels.request, request),
  onEvent: (listener) => listen(ipcChannels.event, listener),
  pickFolder: () => ipcRenderer.invoke(ipcChannels.pickFolder),
  pickFile: (kind) => ipcRenderer.invoke(ipcChannels.pickFile, kind),
  pickNewFile: (suggestedName) => ipcRenderer.invoke(ipcChannels.pickNewFile, suggestedName),
  pathOfDropped: (file) => webUtils.getPathForFile(file as File),
  platform: process.platform,
  showShell: (shell) => ipcRenderer.invoke(ipcChannels.shell, shell),
  onShellEvent: (listener) => listen(ipcChannels.shellEvent, listener),
  openLogFolder: () => ipcRenderer.invoke(ipcChannels.openLogFolder),
  openExport: (jobId) => ipcRenderer.invoke(ipcChannels.openExport, jobId),
  saveReportPdf: (jobId) => ipcRenderer.invoke(ipcChannels.saveReportPdf, jobId),
};

contextBridge.exposeInMainWorld('workbench', bridge);
