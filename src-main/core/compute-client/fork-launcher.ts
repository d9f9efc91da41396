import { fork } from 'node:child_process';
import type { ComputeConnection, ComputeLauncher } from './compute-launcher.ts';
import { createExitNotice } from './exit-notice.ts';
import { keepOutputTail } from './output-tail.ts';

export interface ForkLauncherOptions {
  /** The compute child's entry: `src-main/compute/child.ts` from source, its bundle in `out/` otherwise. */
  readonly entryPath: string;
  /** The project's `assets/` folder, handed to the child as `--assets=`. */
  readonly assetsFolder: string;
  /** Threads inside one ONNX Runtime operator; the child's own choice when absent. */
  readonly intraOpThreads?: number;
  /** Further arguments and environment, for tests. */
  readonly extraArguments?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** The arguments that `compute/child.ts` reads; Electron's launcher passes the same ones. */
export function computeArguments(options: Pick<ForkLauncherOptions, 'assetsFolder' | 'intraOpThreads'>) {
  const threads = options.intraOpThreads === undefined ? [] : [`--threads=${options.intraOpThreads}`];
  return [`--assets=${options.assetsFolder}`, ...threads];
}

/** Starts compute processes with `child_process.fork`, as the web host and the command line do. */
export function createForkLauncher(options: ForkLauncherOptions): ComputeLauncher {
  return { spawn: () => spawnFork(options) };
}

function spawnFork(options: ForkLauncherOptions): ComputeConnection {
  const child = fork(options.entryPath, [...computeArguments(options), ...(options.extraArguments ?? [])], {
    // 'advanced' keeps typed arrays as they are; JSON would turn a patch map into an object.
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  const outputTail = keepOutputTail(child.stdout, child.stderr);
  const { end, onExit } = createExitNotice();
  child.on('error', (error) => {
    // A failed start and a failed send both come here; only the first means that there is no process.
    if (child.pid === undefined) end({ code: null, signal: null, detail: error.message });
  });
  // 'close' comes after 'exit', when the error output was read to its end.
  child.on('close', (code, signal) => end({ code, signal, detail: outputTail() }));

  return {
    send(message) {
      if (!child.connected) return;
      // The callback takes the error of a child that died between the check and the write; its end is told by 'close'.
      child.send(message as Parameters<typeof child.send>[0], () => undefined);
    },
    onMessage(listener) {
      child.on('message', listener);
    },
    onExit,
    kill() {
      child.kill('SIGKILL');
    },
  };
}
