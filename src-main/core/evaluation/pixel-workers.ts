import { availableParallelism } from 'node:os';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { MapRendering } from '../../../src-shared/domain/method.ts';
import {
  noPixelMetrics,
  planPixelMetrics,
  type PixelMetrics,
  type ShardHandle,
} from '../../../src-shared/metrics/pixel-metrics.ts';
import type {
  MeasuredImage,
  PixelProblem,
  PixelWorkerData,
  PixelWorkerReply,
  PixelWorkerRequest,
  PixelWorkerResults,
} from './pixel-worker-protocol.ts';

/** Room for exact counts, all workers together. More rounds take the place of more memory. */
const defaultMemoryBytes = 384 * 2 ** 20;
/** A bin needs at most a mebibyte, and a round holds at least one bin. */
const leastMemoryBytes = 2 ** 20;
const mostWorkers = 4;
const imagesAWorker = 30;
const imagesAtOnce = 16;

export interface PixelWorkersOptions {
  readonly signal: AbortSignal;
  /** That will be measured in all: starting a worker costs as much as some thirty images. */
  readonly imageCount: number;
  /** Default: as many as there are processors, at most 4, and fewer for few images. */
  readonly workerCount?: number;
  readonly memoryBytes?: number;
}

/** The images of one class, handed out one after another. */
export interface PixelClass {
  readonly rendering: MapRendering;
  /** The data set's folder. */
  readonly root: string;
  readonly imageCount: number;
  /** Reads the next images from the database, some at a time; an image that does not do ends the class. */
  readonly images: AsyncIterator<MeasuredImage | PixelProblem>;
  /** The share of the class that is done, 0-1. */
  onProgress(share: number): void;
}

export type PixelOutcome =
  | { readonly metrics: PixelMetrics; readonly problem: null }
  | { readonly metrics: null; readonly problem: PixelProblem };

export interface PixelWorkers {
  /** One class at a time. Rejects with what the signal is aborted with, and `internal` when a worker dies. */
  measure(pixelClass: PixelClass): Promise<PixelOutcome>;
  close(): Promise<void>;
}

/** From source a TypeScript file beside this one, in the bundles `pixel-worker.js` beside them. */
function workerFile(): string {
  return join(import.meta.dirname, `pixel-worker${extname(import.meta.filename) === '.ts' ? '.ts' : '.js'}`);
}

/**
 * Threads that render maps, read masks and count pixels, so that the core's own thread stays free. Their memory is made
 * at once but the system hands it out only where it is written to. Aborting ends them in the middle of whatever they do.
 */
export function openPixelWorkers({
  signal,
  imageCount,
  workerCount = Math.max(
    1,
    Math.min(mostWorkers, availableParallelism(), Math.ceil(imageCount / imagesAWorker)),
  ),
  memoryBytes = defaultMemoryBytes,
}: PixelWorkersOptions): PixelWorkers {
  signal.throwIfAborted();
  const shardBytes = Math.max(leastMemoryBytes, Math.floor(memoryBytes / workerCount / 8) * 8);
  const memories = Array.from({ length: workerCount }, () => new SharedArrayBuffer(shardBytes));
  let imagesDone = 0;
  let onImages: () => void = () => undefined;
  const workers = memories.map((_, index) =>
    startWorker({ index, memories }, signal, (images) => {
      imagesDone += images;
      onImages();
    }),
  );

  /** Hands images out to whichever worker is free, until they end or one of them does not do. */
  async function addAll(images: PixelClass['images']): Promise<PixelProblem | null> {
    let problem: PixelProblem | null = null;
    let isOver = false;
    let reading: Promise<unknown> = Promise.resolve();
    const nextImages = (): Promise<MeasuredImage[]> => {
      const batch = reading.then(async () => {
        const taken: MeasuredImage[] = [];
        while (!isOver && taken.length < imagesAtOnce) {
          const { value, done } = await images.next();
          if (done === true) isOver = true;
          else if ('message' in value) {
            problem ??= value;
            isOver = true;
          } else taken.push(value);
        }
        return taken;
      });
      reading = batch.catch(() => undefined);
      return batch;
    };
    const work = async (worker: PixelThread) => {
      for (;;) {
        const batch = await nextImages();
        if (batch.length === 0) return;
        const found = await worker.ask('add', { kind: 'add', images: batch });
        if (found === null) continue;
        isOver = true;
        problem ??= found;
      }
    };
    await Promise.all(workers.map(work));
    return problem;
  }

  return {
    async measure({ rendering, root, imageCount, images, onProgress }) {
      imagesDone = 0;
      // Until the first pass has shown how many rounds there are, one is expected.
      let passes = 2;
      onImages = () => {
        onProgress(Math.min(1, imagesDone / (passes * Math.max(1, imageCount))));
      };
      await Promise.all(workers.map((worker) => worker.ask('open', { kind: 'open', rendering, root })));
      const problem = await addAll(images);
      if (problem !== null) return { metrics: null, problem };
      const counts = await Promise.all(workers.map((worker) => worker.ask('count', { kind: 'count' })));
      const plan = planPixelMetrics(counts, shardBytes);
      passes = 1 + plan.rounds.length;
      const metrics = imageCount === 0 ? noPixelMetrics : await plan.finish(workers.map(handleOf));
      return { metrics, problem: null };
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.end()));
    },
  };
}

interface PixelThread {
  ask<K extends PixelWorkerRequest['kind']>(
    kind: K,
    request: Extract<PixelWorkerRequest, { kind: K }>,
  ): Promise<PixelWorkerResults[K]>;
  end(): Promise<void>;
}

function handleOf(worker: PixelThread): ShardHandle {
  return {
    fill: async (layout) => {
      await worker.ask('fill', { kind: 'fill', layout });
    },
    finish: (totals, layouts, tasks) => worker.ask('finish', { kind: 'finish', totals, layouts, tasks }),
  };
}

function startWorker(
  data: PixelWorkerData,
  signal: AbortSignal,
  onProgress: (images: number) => void,
): PixelThread {
  const worker = new Worker(workerFile(), { workerData: data, execArgv: [] });
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
    async ask<K extends PixelWorkerRequest['kind']>(
      _kind: K,
      request: Extract<PixelWorkerRequest, { kind: K }>,
    ) {
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
