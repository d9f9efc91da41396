// Entry of the compute process, under `child_process.fork` and under Electron's `utilityProcess.fork` alike.
import { createCallHandlers } from './call-handlers.ts';
import type { ComputeMessage } from './protocol.ts';
import { serveCalls } from './serve-calls.ts';

/** Electron's port to the process that started this one. */
interface ParentPort {
  on(event: 'message', listener: (message: { data: unknown }) => void): void;
  postMessage(message: unknown): void;
}

interface Link {
  send(message: ComputeMessage): void;
  onMessage(listener: (raw: unknown) => void): void;
}

function connect(): Link {
  const { parentPort } = process as typeof process & { parentPort?: ParentPort };
  if (parentPort !== undefined) {
    return {
      send: (message) => {
        parentPort.postMessage(message);
      },
      onMessage: (listener) => {
        parentPort.on('message', ({ data }) => {
          listener(data);
        });
      },
    };
  }
  if (process.send === undefined) {
    throw new Error('The compute process is started by the workbench, not by hand.');
  }
  const send = process.send.bind(process);
  // A core that was killed must not leave a process behind that holds gigabytes.
  process.on('disconnect', () => process.exit(0));
  return {
    send: (message) => {
      send(message, undefined, {}, () => undefined);
    },
    onMessage: (listener) => {
      process.on('message', listener);
    },
  };
}

/** The value of `--name=value`. */
function argument(name: string): string | undefined {
  const prefix = `--${name}=`;
  return process.argv.find((text) => text.startsWith(prefix))?.slice(prefix.length);
}

// Ctrl+C in a terminal reaches this process as well. Its core decides what becomes of the work, and its end is this one's.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);

const assetsFolder = argument('assets');
if (assetsFolder === undefined) throw new Error('The compute process needs --assets=FOLDER.');
const threads = argument('threads');
const link = connect();
link.onMessage(
  serveCalls(
    createCallHandlers({
      assetsFolder,
      ...(threads === undefined ? {} : { intraOpThreads: Number(threads) }),
    }),
    link.send,
  ),
);
link.send({ kind: 'ready' });
