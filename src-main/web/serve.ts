import type { Core, Log } from '../core/core.ts';
import { openCore } from '../serving/open-core.ts';
import type { ProjectPaths } from '../serving/project-paths.ts';
import { startWebHost, type WebHost } from './web-host.ts';

export interface ServeOptions {
  readonly paths: ProjectPaths;
  readonly dataFolder: string;
  readonly port: number;
  readonly log: Log;
}

export interface Serving extends WebHost {
  readonly core: Core;
}

/** Opens the core and serves it; `close` ends both. Throws `WorkbenchError` where either cannot be started. */
export async function serve({ paths, dataFolder, port, log }: ServeOptions): Promise<Serving> {
  const core = await openCore({ paths, dataFolder, host: 'web', log });
  try {
    const host = await startWebHost({ core, rendererFolder: paths.rendererFolder, port });
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

/**
 * Resolves with the exit code when the process is asked to stop. A second signal ends it at once: everything a user
 * decided is in the database already.
 */
export function waitForSignal(close: () => Promise<void>): Promise<number> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = () => {
      if (asked) process.exit(130);
      asked = true;
      close().then(
        () => {
          resolve(0);
        },
        () => {
          resolve(1);
        },
      );
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  });
}
