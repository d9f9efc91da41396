// Plain constants on their own: the preload bundles them, and must not carry the schemas' library into every window.

/** Electron's IPC channels: every one there is. */
export const ipcChannels = {
  request: 'workbench:request',
  event: 'workbench:event',
  pickFolder: 'workbench:pick-folder',
  pickFile: 'workbench:pick-file',
  pickNewFile: 'workbench:pick-new-file',
  shell: 'workbench:shell',
  shellEvent: 'workbench:shell-event',
  openLogFolder: 'workbench:open-log-folder',
  openExport: 'workbench:open-export',
  saveReportPdf: 'workbench:save-report-pdf',
} as const;

/** The window's origin in Electron; assets lie on it too. */
export const appScheme = 'workbench';
export const appHost = 'app';
export const appOrigin = 'workbench://app';
