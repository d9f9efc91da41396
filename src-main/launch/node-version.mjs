import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = path.resolve(
  import.meta.dirname ?? path.dirname(fileURLToPath(import.meta.url)),
  '../..',
);

/** better-sqlite3 13 crashes the process below Node 22, and sources and tests run as TypeScript from Node 24 on. */
const neededMajor = 24;

/** The Node that the dev dependency `node` brings along, null where it is not installed. */
export function bundledNode() {
  const file = path.join(
    projectRoot,
    'node_modules',
    'node',
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  return existsSync(file) ? file : null;
}

/** What to do with this Node: go on, start again under another one, or stop with a message. */
export function chooseNode(version, bundled) {
  if (Number(version.split('.')[0]) >= neededMajor) return { kind: 'fit' };
  if (bundled !== null) return { kind: 'restart', executable: bundled };
  return {
    kind: 'stop',
    message:
      `Anomaly Workbench needs Node ${neededMajor}, this is Node ${version}. ` +
      'Run "npm ci" in the project folder (it brings the right Node along), or install Node 24 from your system.',
  };
}

/**
 * Returns only under a Node that is new enough; under an older one it runs the same command again with the bundled
 * Node, hands signals on, and ends with that process's exit code.
 */
export async function ensureNode() {
  const choice = chooseNode(process.versions.node, bundledNode());
  if (choice.kind === 'fit') return;
  if (choice.kind === 'stop') {
    console.error(choice.message);
    process.exit(1);
  }
  const code = await run(choice.executable, process.argv.slice(1));
  process.exit(code);
}

/**
 * Runs a program with this terminal and resolves with its exit code (128 + n for signal n, 127 where it cannot be
 * started). Ctrl+C reaches the child through the terminal; SIGTERM and SIGHUP are handed on.
 */
export function run(executable, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(executable, args, {
      stdio: 'inherit',
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
    });
    const handOn = (signal) => child.kill(signal);
    const ignore = () => {};
    process.on('SIGTERM', handOn);
    process.on('SIGHUP', handOn);
    process.on('SIGINT', process.stdin.isTTY ? ignore : handOn);
    const finish = (code) => {
      for (const [signal, listener] of [
        ['SIGTERM', handOn],
        ['SIGHUP', handOn],
        ['SIGINT', process.stdin.isTTY ? ignore : handOn],
      ])
        process.off(signal, listener);
      resolve(code);
    };
    child.once('error', (error) => {
      console.error(`${executable} could not be started: ${error.message}`);
      finish(127);
    });
    child.once('exit', (code, signal) => finish(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

/**
 * npm runs scripts in a shell that dies of SIGTERM without telling its child. Where npm started us, the end of that
 * shell ends us too, as the signal would have.
 */
export function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 250);
  timer.unref();
}
