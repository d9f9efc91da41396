import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { MapRendering } from '../../../src-shared/domain/method.ts';
import type { Statistic } from '../../../src-shared/metrics/bootstrap-statistics.ts';
import type { Log } from '../core.ts';
import { startWorkerThread, threadCountFor, workInThisThread, type PixelThread } from './pixel-thread.ts';
import { pixelWorkerFile } from './pixel-worker-file.ts';
import type { MeasuredImage, PixelProblem, ResampleRequest } from './pixel-worker-protocol.ts';

const imagesAThread = 30;
const imagesAtOnce = 16;

/** One class of one run, all in one thread: its images are drawn a thousand times, and sending them about would cost more. */
export interface ResampleTask extends Omit<ResampleRequest, 'kind'> {
  readonly rendering: MapRendering;
  /** The data set's folder. */
  readonly root: string;
  readonly imageCount: number;
  /** Read from the database some at a time. */
  readonly images: () => AsyncIterable<MeasuredImage | PixelProblem>;
  /** Called with what came out; null where an image does not do. */
  done(statistics: readonly Statistic[] | null): void;
}

export interface ResampleThreadsOptions {
  /** Ends the threads in the middle of whatever they do. */
  readonly signal: AbortSignal;
  readonly log: Log;
  /** For tests: another entry than the one that lies beside this file. */
  readonly workerFile?: string;
}

/** Does every task once, over as many threads as are worth starting. Rejects with what the signal is aborted with. */
export async function runResampleTasks(
  tasks: readonly ResampleTask[],
  options: ResampleThreadsOptions,
): Promise<void> {
  const images = tasks.reduce((sum, { imageCount }) => sum + imageCount, 0);
  const count = Math.min(tasks.length, threadCountFor(images, imagesAThread));
  // The largest first, so that no thread begins it when the others are done.
  const queue = [...tasks].sort((a, b) => b.imageCount - a.imageCount);
  const work = () =>
    withPixelThread(options, async (thread) => {
      for (let task = queue.shift(); task !== undefined; task = queue.shift())
        task.done(await resample(thread, task));
    });
  await Promise.all(Array.from({ length: count }, work));
}

async function resample(thread: PixelThread, task: ResampleTask): Promise<readonly Statistic[] | null> {
  const { rendering, root, imageCount, className, labels, places, exact, options } = task;
  await thread.ask({ kind: 'openResampling', rendering, root, imageCount });
  let images: MeasuredImage[] = [];
  const send = async () => {
    const problem = await thread.ask({ kind: 'addResampled', images });
    images = [];
    return problem === null;
  };
  for await (const image of task.images()) {
    if ('message' in image) return null;
    images.push(image);
    if (images.length === imagesAtOnce && !(await send())) return null;
  }
  if (!(await send())) return null;
  return await thread.ask({ kind: 'resample', className, labels, places, exact, options });
}

/** A thread for as long as `work` takes; where none can be started this one does it, which holds up other work. */
export async function withPixelThread<T>(
  { signal, log, workerFile = pixelWorkerFile }: ResampleThreadsOptions,
  work: (thread: PixelThread) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const options = { data: { index: 0, memories: [] }, signal, onProgress: () => undefined };
  let thread = startWorkerThread(workerFile, options);
  try {
    try {
      await thread.ask({ kind: 'describe', classes: [], options: { resamples: 0, seed: 0, confidence: 0 } });
    } catch (thrown) {
      if (signal.aborted || !(thrown instanceof WorkbenchError)) throw thrown;
      log(
        'warn',
        `${toErrorShape(thrown).message} Resamples are drawn without it, which may hold up the window.`,
      );
      thread = workInThisThread(options);
    }
    return await work(thread);
  } finally {
    await thread.end();
  }
}
