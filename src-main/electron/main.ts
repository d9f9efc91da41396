import path from 'node:path';
import { app } from 'electron';
import { findProjectPaths } from '../serving/project-paths.ts';
import { startElectronHost } from './electron-host.ts';

// Never awaited: Electron is not ready before this module has been evaluated, and the host waits for it to be ready.
// What must be said before that moment, the host says before its first await.
void startElectronHost({
  paths: findProjectPaths(import.meta.dirname, app.isPackaged ? process.resourcesPath : null),
  preloadFile: path.join(import.meta.dirname, 'preload.cjs'),
  args: process.argv.slice(1),
});
