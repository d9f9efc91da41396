import { parseArgs } from 'node:util';
import { toErrorShape, WorkbenchError } from '../../src-shared/contract/errors.ts';
import { openDataFolderChoice } from '../serving/data-folder.ts';
import { createFileLog, logFolderOf } from '../serving/file-log.ts';
import { findProjectPaths } from '../serving/project-paths.ts';
import { serve, waitForSignal } from './serve.ts';

/**
 * Runs the web host until it is asked to stop and resolves with the exit code. `onReady` gets the address to print and
 * one that opens once, for a browser's command line. Arguments: `--data DIR`, `--port N`.
 */
export async function runWebHost(
  args: readonly string[],
  onReady: (url: string, ticketUrl: string) => void = (url) => {
    console.log(`Anomaly Workbench is ready at ${url}`);
  },
): Promise<number> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { data: { type: 'string' }, port: { type: 'string' } },
    });
    const dataFolderChoice = openDataFolderChoice(values.data);
    const serving = await serve({
      paths: findProjectPaths(import.meta.dirname),
      dataFolder: dataFolderChoice.folder,
      dataFolderChoice,
      port: values.port === undefined ? null : readPort(values.port),
      log: createFileLog(logFolderOf(dataFolderChoice.folder)),
    });
    // Listening for signals comes first: whoever reads the address may ask for the end in the same moment.
    const ended = waitForSignal(() => serving.close());
    onReady(serving.url, serving.createTicketUrl());
    return await ended;
  } catch (error) {
    console.error(toErrorShape(error).message);
    return 1;
  }
}

function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new WorkbenchError('bad-request', `«${text}» is no port: give a number from 0 to 65535.`);
}

if (import.meta.main) process.exit(await runWebHost(process.argv.slice(2)));
