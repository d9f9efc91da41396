import { utilityProcess } from 'electron';
import type {
  ComputeConnection,
  ComputeExit,
  ComputeLauncher,
} from '../core/compute-client/compute-launcher.ts';
import { computeArguments } from '../core/compute-client/fork-launcher.ts';
import type { ProjectPaths } from '../serving/project-paths.ts';

const keptErrorOutputBytes = 4096;

/** Starts compute processes as Electron's utility processes: a Node of the application's own, without a window. */
export function createUtilityLauncher(
  paths: Pick<ProjectPaths, 'computeEntry' | 'assetsFolder'>,
): ComputeLauncher {
  return { spawn: () => spawnUtility(paths) };
}

function spawnUtility(paths: Pick<ProjectPaths, 'computeEntry' | 'assetsFolder'>): ComputeConnection {
  const child = utilityProcess.fork(paths.computeEntry, computeArguments(paths), {
    serviceName: 'Anomaly Workbench compute',
    stdio: 'pipe',
  });
  let errorOutput = '';
  const keep = (chunk: Buffer) => {
    errorOutput = (errorOutput + chunk.toString('utf8')).slice(-keptErrorOutputBytes);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);

  let ended: ComputeExit | null = null;
  const exitListeners: ((exit: ComputeExit) => void)[] = [];
  child.once('exit', (code) => {
    const exit = { code, signal: null, detail: errorOutput.trim() };
    ended = exit;
    for (const listener of exitListeners) listener(exit);
  });
  return {
    send(message) {
      if (ended === null) child.postMessage(message);
    },
    onMessage(listener) {
      child.on('message', listener);
    },
    onExit(listener) {
      if (ended !== null) listener(ended);
      else exitListeners.push(listener);
    },
    kill() {
      // `child.kill` asks politely (SIGTERM); a graph that computes for seconds does not listen.
      if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL');
      else child.kill();
    },
  };
}
