import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { WorkbenchEvent } from '../../../src-shared/contract/events.ts';
import {
  computeMessageSchema,
  computeMethods,
  type ComputeMessage,
  type ComputeMethodName,
  type ComputeParams,
  type ComputeResult,
} from '../../compute/protocol.ts';
import type { Log } from '../core.ts';
import type { ComputeConnection, ComputeExit, ComputeLauncher } from './compute-launcher.ts';
import { delay } from '../delay.ts';

export interface ComputeProgress {
  readonly done: number;
  readonly total: number;
  readonly message: string;
}

export interface ComputeCallOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ComputeProgress) => void;
  /** Only in this generation of the process (a session lives in one); throws `ComputeReplaced` in any other. */
  readonly generation?: number;
  /** Told the generation a call is sent to; the last one told is the one that answered. */
  readonly onSent?: (generation: number) => void;
}

export interface ComputeClient {
  /** Counts the processes started so far. A session opened in one generation is gone in the next. */
  readonly generation: number;
  /**
   * Runs a method in the compute process, starting it where there is none. Rejects with the method's own error,
   * `cancelled` at once on abort, or `compute-crashed` when the process died on its own.
   */
  call<N extends ComputeMethodName>(
    method: N,
    params: ComputeParams<N>,
    options?: ComputeCallOptions,
  ): Promise<ComputeResult<N>>;
  close(): Promise<void>;
}

export interface ComputeClientOptions {
  readonly launcher: ComputeLauncher;
  readonly log: Log;
  readonly emit: (event: WorkbenchEvent) => void;
  readonly abortGraceMs: number;
  readonly readyTimeoutMs?: number;
}

/** The process a call belonged to was replaced on purpose: not the call's fault, do it again. Never leaves the core. */
export class ComputeReplaced extends Error {
  constructor() {
    super('The compute process was replaced.');
    this.name = 'ComputeReplaced';
  }
}

interface PendingCall {
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
  readonly onProgress: ((progress: ComputeProgress) => void) | undefined;
}

interface Child {
  readonly generation: number;
  readonly connection: ComputeConnection;
  readonly ready: Promise<void>;
  readonly exited: Promise<void>;
  readonly calls: Map<number, PendingCall>;
  /** Calls that were cancelled and not answered yet. New calls wait until these are settled or the process is gone. */
  readonly letGo: Map<number, Promise<void>>;
  readonly answerLetGo: Map<number, () => void>;
  replaced: boolean;
  alive: boolean;
}

/** Pauses before a start after 1, 2, 3, … crashes in a row, so that a process that cannot start does not eat the machine. */
const backOffMs = [0, 100, 500, 2000, 5000];

/**
 * One compute process, started when first needed and again when it died. A cancelled call is forgotten at once; if the
 * process has not let go of it after `abortGraceMs` it is killed, because ONNX Runtime cannot be interrupted.
 */
export function createComputeClient(options: ComputeClientOptions): ComputeClient {
  const { launcher, log, emit, abortGraceMs, readyTimeoutMs = 60_000 } = options;
  let current: Child | null = null;
  let generation = 0;
  let nextCallId = 1;
  let crashesInARow = 0;
  let closed = false;

  function start(): Child {
    generation += 1;
    emit({
      event: 'compute.changed',
      state: generation === 1 ? 'starting' : 'restarting',
      message: generation === 1 ? 'Starting the compute process' : 'Starting the compute process again',
    });
    const connection = launcher.spawn();
    const ready = Promise.withResolvers<undefined>();
    const exited = Promise.withResolvers<undefined>();
    // A process that dies before anybody waits for it is no unhandled rejection.
    ready.promise.catch(() => undefined);
    const child: Child = {
      generation,
      connection,
      ready: ready.promise,
      exited: exited.promise,
      calls: new Map(),
      letGo: new Map(),
      answerLetGo: new Map(),
      replaced: false,
      alive: true,
    };
    const readyTimer = setTimeout(() => {
      log('error', `The compute process was not ready after ${readyTimeoutMs} ms and is ended`);
      connection.kill();
    }, readyTimeoutMs);
    connection.onMessage((raw) => {
      const parsed = computeMessageSchema.safeParse(raw);
      if (!parsed.success) {
        log('error', `The compute process sent something unknown: ${parsed.error.message}`);
        return;
      }
      if (parsed.data.kind === 'ready') {
        clearTimeout(readyTimer);
        ready.resolve(undefined);
        emit({ event: 'compute.changed', state: 'ready', message: 'The compute process is ready' });
      } else {
        receive(child, parsed.data);
      }
    });
    connection.onExit((exit) => {
      clearTimeout(readyTimer);
      child.alive = false;
      if (current === child) current = null;
      const reason = child.replaced ? new ComputeReplaced() : crashError(exit);
      if (!child.replaced) {
        crashesInARow += 1;
        log('warn', reason.message);
      }
      ready.reject(reason);
      for (const call of child.calls.values()) call.reject(reason);
      child.calls.clear();
      for (const answer of child.answerLetGo.values()) answer();
      exited.resolve(undefined);
    });
    return child;
  }

  function receive(child: Child, message: Exclude<ComputeMessage, { kind: 'ready' }>): void {
    const call = child.calls.get(message.id);
    switch (message.kind) {
      case 'progress':
        call?.onProgress?.({ done: message.done, total: message.total, message: message.message });
        return;
      case 'result':
      case 'error':
        child.answerLetGo.get(message.id)?.();
        if (call === undefined) return;
        child.calls.delete(message.id);
        crashesInARow = 0;
        if (message.kind === 'result') call.resolve(message.result);
        else call.reject(new WorkbenchError(message.error.code, message.error.message));
        return;
    }
  }

  /** Forgets a call, tells the process, and kills it if it has not let go in time. */
  function letGo(child: Child, id: number): void {
    const settled = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => {
      if (!child.alive) return;
      log('info', 'The compute process is busy with something cancelled and is ended');
      replace(child);
    }, abortGraceMs);
    child.answerLetGo.set(id, () => {
      clearTimeout(timer);
      child.letGo.delete(id);
      child.answerLetGo.delete(id);
      settled.resolve(undefined);
    });
    child.letGo.set(id, settled.promise);
    child.connection.send({ kind: 'abort', id });
  }

  function replace(child: Child): void {
    // It stays `current` until it is gone: two processes with a model each could be more than the machine has room for.
    child.replaced = true;
    child.connection.kill();
  }

  async function acquire(signal: AbortSignal | undefined): Promise<Child> {
    for (;;) {
      if (closed) throw new WorkbenchError('cancelled', 'The workbench is closing.');
      if (signal?.aborted) throw cancelledError();
      if (current === null) {
        const pauseMs = backOffMs[Math.min(crashesInARow, backOffMs.length - 1)] ?? 0;
        if (pauseMs > 0) await delay(pauseMs, signal);
        if (closed || signal?.aborted) continue;
        current ??= start();
      }
      const child = current;
      if (child.replaced) {
        await child.exited;
        continue;
      }
      if (child.letGo.size > 0) {
        await Promise.race([Promise.all(child.letGo.values()), child.exited]);
        continue;
      }
      await child.ready;
      if (child.alive && !child.replaced && child.letGo.size === 0) return child;
    }
  }

  function send(child: Child, method: ComputeMethodName, params: unknown, call: ComputeCallOptions) {
    return new Promise<unknown>((resolve, reject) => {
      const id = nextCallId++;
      const { signal } = call;
      const onAbort = () => {
        child.calls.delete(id);
        letGo(child, id);
        reject(cancelledError());
      };
      const settle =
        <T>(done: (value: T) => void) =>
        (value: T) => {
          signal?.removeEventListener('abort', onAbort);
          done(value);
        };
      child.calls.set(id, {
        resolve: settle(resolve),
        reject: settle(reject),
        onProgress: call.onProgress,
      });
      signal?.addEventListener('abort', onAbort, { once: true });
      child.connection.send({ kind: 'call', id, method, params });
    });
  }

  return {
    get generation() {
      return generation;
    },
    async call<N extends ComputeMethodName>(
      method: N,
      params: ComputeParams<N>,
      call: ComputeCallOptions = {},
    ): Promise<ComputeResult<N>> {
      for (;;) {
        try {
          const child = await acquire(call.signal);
          if (call.generation !== undefined && call.generation !== child.generation) {
            throw new ComputeReplaced();
          }
          if (call.signal?.aborted) throw cancelledError();
          call.onSent?.(child.generation);
          const result = computeMethods[method].result.safeParse(await send(child, method, params, call));
          if (result.success) return result.data as ComputeResult<N>;
          throw new WorkbenchError(
            'internal',
            `The compute process answered ${method} with something unknown: ${result.error.message}`,
          );
        } catch (thrown) {
          // Somebody else's cancelling ended the process under this call: do it again in the next one.
          if (!(thrown instanceof ComputeReplaced) || call.generation !== undefined) throw thrown;
        }
      }
    },
    async close() {
      closed = true;
      const child = current;
      if (child === null) return;
      replace(child);
      await child.exited;
    },
  };
}

function cancelledError(): WorkbenchError {
  return new WorkbenchError('cancelled', 'Cancelled.');
}

function crashError(exit: ComputeExit): WorkbenchError {
  const how = exit.signal === null ? `code ${exit.code ?? 'unknown'}` : `signal ${exit.signal}`;
  // The line that names the error says more than the end of its trace; a crash in native code leaves only an end.
  const lines = exit.detail.split('\n');
  const telling = lines.find((line) => /\bError\b|Error:|error:/.test(line)) ?? lines.slice(-3).join(' ');
  const detail = exit.detail === '' ? '' : ` It wrote: ${telling.trim().slice(0, 500)}`;
  return new WorkbenchError('compute-crashed', `The compute process stopped unexpectedly (${how}).${detail}`);
}
