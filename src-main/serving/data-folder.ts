// What lives here: what every window is served, whichever host shows it: its own files, assets, security headers.
// What may not: sockets, IPC, tokens (each host has its own), and anything that decides about data.
import path from 'node:path';
import envPaths from 'env-paths';

/** The user's data folder: the one named, `ANOMALY_WORKBENCH_DATA`, or the system's place for application data. */
export function chooseDataFolder(named: string | undefined, env: NodeJS.ProcessEnv = process.env): string {
  const fromEnvironment = env['ANOMALY_WORKBENCH_DATA'];
  if (named !== undefined) return path.resolve(named);
  if (fromEnvironment !== undefined && fromEnvironment !== '') return path.resolve(fromEnvironment);
  return envPaths('anomaly-workbench', { suffix: '' }).data;
}
