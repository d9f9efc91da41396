// Runs in the window's sandbox, before the page; bundled as one CommonJS file. All it may do is hand messages over.
import { contextBridge, ipcRenderer } from 'electron';
import { ipcChannels } from '../../src-shared/contract/ipc-channels.ts';
import type { WorkbenchBridge } from '../../src-shared/contract/wire.ts';

const bridge: WorkbenchBridge = {
  request: (request) => ipcRenderer.invoke(ipcChannels.request, request),
  onEvent: (listener) => {
    // The page never sees Electron's event object: it would lead to the whole of ipcRenderer.
    const handle = (_: unknown, event: unknown) => {
      listener(event);
    };
    ipcRenderer.on(ipcChannels.event, handle);
    return () => {
      ipcRenderer.off(ipcChannels.event, handle);
    };
  },
  pickFolder: () => ipcRenderer.invoke(ipcChannels.pickFolder),
  pickFile: (kind) => ipcRenderer.invoke(ipcChannels.pickFile, kind),
};

contextBridge.exposeInMainWorld('workbench', bridge);
