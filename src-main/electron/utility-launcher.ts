import { utilityProcess } from 'electron';
import type { ComputeConnection, ComputeLauncher } from '../core/compute-client/compute-launcher.ts';
import { createExitNotice } from '../core/compute-client/exit-notice.ts';
import { computeArguments } from '../core/compute-client/fork-launcher.ts';
import { keepOutputTail } from '../core/compute-client/output-tail.ts';
import { systemErrorCode } from '../core/error-report.ts';
import type { ProjectPaths } from '../serving/project-paths.ts';

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
  const outputTail = keepOutputTail(child.stdout, child.stderr);
  const exit = createExitNotice();
  child.once('exit', (code) => {
    exit.end({ code, signal: null, detail: outputTail() });
  });
  return {
    send(message) {
      if (!exit.hasEnded) child.postMessage(message);
    },
    onMessage(listener) {
      child.on('message', listener);
    },
    onExit: exit.onExit,
    kill() {
      // `child.kill` asks politely (SIGTERM); a graph that computes for seconds does not listen.
      try {
        if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL');
        else child.kill();
      } catch (error) {
        // It ended between its last sign of life and this call; «exit» tells of it.
        if (systemErrorCode(error) !== 'ESRCH') throw error;
      }
    },
  };
}
