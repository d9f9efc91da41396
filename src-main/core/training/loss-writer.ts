import type { TrainingLoss } from '../../../src-shared/domain/training.ts';
import type { EpochLosses } from '../db/training-checkpoints-repository.ts';
import type { Repositories } from '../db/repositories.ts';
import type { EventBus } from '../event-bus.ts';
import type { JobContext } from '../jobs/job-kind.ts';

/** Losses are stored in blocks, and told at most four times a second. */
const flushEveryMs = 250;

export interface LossWriter {
  add(loss: TrainingLoss, imageCount: number, durationMs: number): void;
  /** Stores what is waiting. */
  flush(): void;
  /** Tells the last ones that were stored. */
  tellRest(): void;
  /** Means over the images since the last call, by part and `total`. */
  takeMeans(): EpochLosses;
}

export interface LossWriterOptions {
  readonly repositories: Pick<Repositories, 'trainings'>;
  readonly events: EventBus;
  readonly context: JobContext;
  readonly trainingId: number;
}

/** Takes the losses of an epoch's steps as they come; an epoch that breaks off leaves those that were stored. */
export function createLossWriter({
  repositories,
  events,
  context,
  trainingId,
}: LossWriterOptions): LossWriter {
  let waiting: TrainingLoss[] = [];
  let untold: TrainingLoss[] = [];
  let lastFlushMs = 0;
  let lastToldMs = 0;
  let waitingImages = 0;
  let waitingMs = 0;
  let sums = new Map<string, number>();
  let imageCount = 0;

  function flush(): void {
    if (waiting.length === 0) return;
    const losses = waiting;
    const times = { preparedImages: 0, preparedMs: 0, steppedImages: waitingImages, steppedMs: waitingMs };
    context.store(() => {
      repositories.trainings.addLosses(trainingId, losses);
      repositories.trainings.addTimes(trainingId, times);
    });
    waiting = [];
    waitingImages = 0;
    waitingMs = 0;
    lastFlushMs = performance.now();
    untold.push(...losses);
    if (performance.now() - lastToldMs >= flushEveryMs) tellRest();
  }

  function tellRest(): void {
    if (untold.length === 0) return;
    events.emit({ event: 'trainings.stepped', trainingId, losses: untold });
    untold = [];
    lastToldMs = performance.now();
  }

  return {
    add(loss, images, durationMs) {
      waiting.push(loss);
      waitingImages += images;
      waitingMs += durationMs;
      imageCount += images;
      for (const [name, value] of [...Object.entries(loss.parts), ['total', loss.total] as const])
        sums.set(name, (sums.get(name) ?? 0) + value * images);
      if (performance.now() - lastFlushMs >= flushEveryMs) flush();
    },
    flush,
    tellRest,
    takeMeans() {
      const means = Object.fromEntries(
        [...sums].map(([name, sum]) => [name, sum / Math.max(1, imageCount)] as const),
      );
      sums = new Map();
      imageCount = 0;
      return means;
    },
  };
}
