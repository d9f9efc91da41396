import { toErrorShape } from '../../../src-shared/contract/errors.ts';
import type { MapRendering } from '../../../src-shared/domain/method.ts';
import {
  noPixelMetrics,
  planPixelMetrics,
  type PixelMetrics,
  type ShardHandle,
} from '../../../src-shared/metrics/pixel-metrics.ts';
import type { Log } from '../core.ts';
import { startWorkerThread, threadCountFor, workInThisThread, type PixelThread } from './pixel-thread.ts';
import { pixelWorkerFile } from './pixel-worker-file.ts';
import type { MeasuredImage, PixelProblem } from './pixel-worker-protocol.ts';

/** Room for exact counts, all workers together. More rounds take the place of more memory. */
const defaultMemoryBytes = 384 * 2 ** 20;
/** A bin needs at most a mebibyte, and a round holds at least one bin. */
const leastMemoryBytes = 2 ** 20;
const imagesAWorker = 30;
const imagesAtOnce = 16;

export interface PixelWorkersOptions {
  readonly signal: AbortSignal;
  /** That will be measured in all: starting a worker costs as much as some thirty images. */
  readonly imageCount: number;
  /** Default: as many as there are processors, at most 4, and fewer for few images. */
  readonly workerCount?: number;
  readonly memoryBytes?: number;
  readonly log?: Log;
  /** For tests: another entry than the one that lies beside this file. */
  readonly workerFile?: string;
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

/**
 * Threads that render maps, read masks and count pixels, so that the core's own thread stays free. Their memory is made
 * at once but the system hands it out only where it is written to. Aborting ends them in the middle of whatever they do.
 */
export function openPixelWorkers({
  signal,
  imageCount,
  workerCount = threadCountFor(imageCount, imagesAWorker),
  memoryBytes = defaultMemoryBytes,
  log = () => undefined,
  workerFile = pixelWorkerFile,
}: PixelWorkersOptions): PixelWorkers {
  signal.throwIfAborted();
  const shardBytes = Math.max(leastMemoryBytes, Math.floor(memoryBytes / workerCount / 8) * 8);
  const memories = Array.from({ length: workerCount }, () => new SharedArrayBuffer(shardBytes));
  let imagesDone = 0;
  let onImages: () => void = () => undefined;
  const onProgress = (images: number) => {
    imagesDone += images;
    onImages();
  };
  let threads: PixelThread[] = memories.map((_, index) =>
    startWorkerThread(workerFile, { data: { index, memories }, signal, onProgress }),
  );
  let hasAnswered = false;

  /** Begins a class. Where workers cannot even be started, this thread does their work. */
  async function openAll(rendering: MapRendering, root: string): Promise<void> {
    const begin = () => Promise.all(threads.map((thread) => thread.ask({ kind: 'open', rendering, root })));
    try {
      await begin();
      hasAnswered = true;
    } catch (thrown) {
      if (hasAnswered || signal.aborted) throw thrown;
      log(
        'warn',
        `${toErrorShape(thrown).message} Pixels are counted without it, which may hold up the window.`,
      );
      await Promise.all(threads.map((thread) => thread.end()));
      threads = [workInThisThread({ data: { index: 0, memories }, signal, onProgress })];
      await begin();
    }
  }

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
    const work = async (thread: PixelThread) => {
      for (;;) {
        const batch = await nextImages();
        if (batch.length === 0) return;
        const found = await thread.ask({ kind: 'add', images: batch });
        if (found === null) continue;
        isOver = true;
        problem ??= found;
      }
    };
    await Promise.all(threads.map(work));
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
      await openAll(rendering, root);
      const problem = await addAll(images);
      if (problem !== null) return { metrics: null, problem };
      const counts = await Promise.all(threads.map((thread) => thread.ask({ kind: 'count' })));
      const plan = planPixelMetrics(counts, shardBytes);
      passes = 1 + plan.rounds.length;
      const metrics = imageCount === 0 ? noPixelMetrics : await plan.finish(threads.map(handleOf));
      return { metrics, problem: null };
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.end()));
    },
  };
}

function handleOf(thread: PixelThread): ShardHandle {
  return {
    fill: async (layout) => {
      await thread.ask({ kind: 'fill', layout });
    },
    finish: (totals, layouts, tasks) => thread.ask({ kind: 'finish', totals, layouts, tasks }),
  };
}
