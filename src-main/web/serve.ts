import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import type { Core, DataFolderChoice, Log } from '../core/core.ts';
import { openCore } from '../serving/open-core.ts';
import type { ProjectPaths } from '../serving/project-paths.ts';
import { usualPort } from './usual-port.ts';
import { startWebHost, type WebHost, type WebHostOptions } from './web-host.ts';

export interface ServeOptions {
  readonly paths: ProjectPaths;
  readonly dataFolder: string;
  /** 0: any free one; null: the one that this data folder had before, if it is free. */
  readonly port: number | null;
  readonly log: Log;
  readonly dataFolderChoice?: DataFolderChoice;
}

export interface Serving extends WebHost {
  readonly core: Core;
}

/** Opens the core and serves it; `close` ends both. Throws `WorkbenchError` where either cannot be started. */
export async function serve({ port, ...options }: ServeOptions): Promise<Serving> {
  const { paths, dataFolder } = options;
  const core = await openCore({ ...options, host: 'web' });
  try {
    const hostOptions = { core, rendererFolder: paths.rendererFolder };
    const host = await (port === null
      ? startAtUsualPort(hostOptions, dataFolder)
      : startWebHost({ ...hostOptions, port }));
    return {
      ...host,
      core,
      close: async () => {
        await host.close();
        await core.close();
      },
    };
  } catch (error) {
    await core.close();
    throw error;
  }
}

async function startAtUsualPort(options: Omit<WebHostOptions, 'port'>, dataFolder: string): Promise<WebHost> {
  try {
    return await startWebHost({ ...options, port: usualPort(dataFolder) });
  } catch (error) {
    if (!(error instanceof WorkbenchError) || error.code !== 'in-use') throw error;
    return startWebHost({ ...options, port: 0 });
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Resolves with the exit code when the process is asked to stop. A second signal ends it at once: everything a user
 * decided is in the database already. Once it has resolved nothing listens any more, so that a signal for what the process does
 * next is not taken for a second one.
 */
export async function waitForSignal(close: () => Promise<void>): Promise<number> {
  const closed = Promise.withResolvers<number>();
  let asked = false;
  const stop = () => {
    if (asked) process.exit(130);
    asked = true;
    close().then(
      () => {
        closed.resolve(0);
      },
      () => {
        closed.resolve(1);
      },
    );
  };
  for (const signal of signals) process.on(signal, stop);
  try {
    return await closed.promise;
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}
