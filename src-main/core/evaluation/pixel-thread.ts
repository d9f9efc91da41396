import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { createPixelService } from './pixel-service.ts';
import type {
  PixelWorkerData,
  PixelWorkerReply,
  PixelWorkerRequest,
  PixelWorkerResults,
} from './pixel-worker-protocol.ts';

/** Where pixels are counted; answers one request at a time. */
export interface PixelThread {
  ask<K extends PixelWorkerRequest['kind']>(
    request: Extract<PixelWorkerRequest, { kind: K }>,
  ): Promise<PixelWorkerResults[K]>;
  end(): Promise<void>;
}

export interface PixelThreadOptions {
  readonly data: PixelWorkerData;
  /** Ends the thread in the middle of whatever it does. */
  readonly signal: AbortSignal;
  onProgress(images: number): void;
}

const mostThreads = 4;

/** How many threads are worth starting for so many images: starting one costs as much as `imagesAThread` of them. */
export function threadCountFor(imageCount: number, imagesAThread: number): number {
  return Math.max(1, Math.min(mostThreads, availableParallelism(), Math.ceil(imageCount / imagesAThread)));
}

/** A worker thread. After it has died, every request is refused with the reason. */
export function startWorkerThread(
  file: string,
  { data, signal, onProgress }: PixelThreadOptions,
): PixelThread {
  const worker = new Worker(file, { workerData: data, execArgv: [] });
  let waiting: PromiseWithResolvers<unknown> | null = null;
  let ended: Error | null = null;
  const end = (reason: Error) => {
    ended ??= reason;
    waiting?.reject(ended);
    waiting = null;
  };
  const onAbort = () => {
    end(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    void worker.terminate();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  worker.on('message', (reply: PixelWorkerReply) => {
    switch (reply.kind) {
      case 'progress':
        onProgress(reply.images);
        return;
      case 'done':
        waiting?.resolve(reply.result);
        waiting = null;
        return;
      case 'failed':
        waiting?.reject(new WorkbenchError(reply.error.code, reply.error.message));
        waiting = null;
    }
  });
  worker.on('error', (thrown) => {
    end(new WorkbenchError('internal', `The thread that counts pixels failed: ${String(thrown)}`));
  });
  worker.on('exit', () => {
    signal.removeEventListener('abort', onAbort);
    end(new WorkbenchError('internal', 'The thread that counts pixels ended. Evaluate the run again.'));
  });
  return {
    async ask<K extends PixelWorkerRequest['kind']>(request: Extract<PixelWorkerRequest, { kind: K }>) {
      if (ended !== null) throw ended;
      const answer = Promise.withResolvers<unknown>();
      waiting = answer;
      worker.postMessage(request);
      // The worker answers each request with the result of its kind.
      return (await answer.promise) as PixelWorkerResults[K];
    },
    async end() {
      await worker.terminate();
    },
  };
}

/** The same in this thread, which other work waits for meanwhile: for hosts in which no worker can be started. */
export function workInThisThread({ data, signal, onProgress }: PixelThreadOptions): PixelThread {
  const answer = createPixelService(data, () => {
    signal.throwIfAborted();
    onProgress(1);
  });
  return {
    async ask<K extends PixelWorkerRequest['kind']>(request: Extract<PixelWorkerRequest, { kind: K }>) {
      await setImmediate();
      signal.throwIfAborted();
      return (await answer(request)) as PixelWorkerResults[K];
    },
    end: () => Promise.resolve(),
  };
}
