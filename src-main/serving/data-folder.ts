// What lives here: what every window is served, whichever host shows it: its own files, assets, security headers.
// What may not: sockets, IPC, tokens (each host has its own), and anything that decides about data.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import envPaths from 'env-paths';
import { z } from 'zod';
import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import type { DataFolderChoice } from '../core/core.ts';
import { systemErrorCode } from '../core/error-report.ts';

const choiceSchema = z.object({ dataFolder: z.string().min(1) });

const places = () => envPaths('anomaly-workbench', { suffix: '' });

/** Outside any data folder: it has to be found before one is. */
const choiceFile = () => path.join(places().config, 'data-folder.json');

function readChoice(): string | null {
  let text: string;
  try {
    text = readFileSync(choiceFile(), 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' || systemErrorCode(error) === 'ENOTDIR') return null;
    throw error;
  }
  try {
    return choiceSchema.parse(JSON.parse(text)).dataFolder;
  } catch (cause) {
    throw new WorkbenchError(
      'corrupt-file',
      `${choiceFile()}, which says where the data folder is, cannot be read. Delete it to use ${places().data}, or start with --data and the folder.`,
      { cause },
    );
  }
}

/**
 * The user's data folder: the one named, `ANOMALY_WORKBENCH_DATA`, the one chosen in the settings, or the system's place
 * for application data. Throws `not-found` where the chosen one is not there: a new empty one in the place of an unplugged
 * drive would look like a loss of everything.
 */
export function openDataFolderChoice(
  named: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): DataFolderChoice {
  const fromEnvironment = env['ANOMALY_WORKBENCH_DATA'];
  const rest = { usualFolder: places().data, next: readChoice, choose: keepChoice };
  if (named !== undefined) return { ...rest, folder: path.resolve(named), origin: 'option' };
  if (fromEnvironment !== undefined && fromEnvironment !== '')
    return { ...rest, folder: path.resolve(fromEnvironment), origin: 'environment' };
  const chosen = readChoice();
  if (chosen === null) return { ...rest, folder: rest.usualFolder, origin: 'usual' };
  if (statSync(chosen, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new WorkbenchError(
      'not-found',
      `The data folder ${chosen}, chosen in the settings, is not there. Connect its drive; or delete ${choiceFile()} to use ${rest.usualFolder} again; or start with --data and another folder.`,
    );
  return { ...rest, folder: chosen, origin: 'chosen' };
}

function keepChoice(folder: string | null): void {
  if (folder === null) {
    rmSync(choiceFile(), { force: true });
    return;
  }
  mkdirSync(path.dirname(choiceFile()), { recursive: true });
  writeFileSync(choiceFile(), `${JSON.stringify({ dataFolder: folder }, null, 2)}\n`);
}
