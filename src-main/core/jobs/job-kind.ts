// What lives here: the queue of persisted jobs, and what every kind of job is given.
// What may not: what a job does: each kind lives in the folder of its subject.
import type { z } from 'zod';
import type { JobKind } from '../../../src-shared/domain/job.ts';

export interface ProgressReport {
  readonly done: number;
  readonly total: number | null;
  readonly message: string;
  /**
   * Where more is to come than `done` counts: what the job reckons by itself, null while it cannot. The rate is then what that
   * comes to. Absent: by the rate of the last moments.
   */
  readonly secondsLeft?: number | null;
}

/** What a running job gets. Everything it stores goes through `store`, so that a cancelled job writes nothing more. */
export interface JobContext {
  readonly jobId: number;
  /** A number that no other attempt of any job has. */
  readonly pass: number;
  readonly signal: AbortSignal;
  report(progress: ProgressReport): void;
  /** One transaction, refused with `cancelled` when this attempt is no longer the one that may write. */
  store<T>(work: () => T): T;
}

/**
 * Jobs of one lane run one after another: everything that computes shares one, reading folders has its own, and so have
 * downloads, which wait for the network most of the time.
 */
export type JobLane = 'compute' | 'files' | 'network';

/** How jobs of a kind run. The payload is parsed again when the job runs: a newer program may have changed its shape. */
export interface JobKindDefinition<Payload> {
  readonly kind: JobKind;
  readonly lane: JobLane;
  readonly payloadSchema: z.ZodType<Payload>;
  run(payload: Payload, context: JobContext): Promise<void>;
  /** After the job ended in any way, as long as no other attempt runs: for caches and counts. */
  onSettled?(payload: Payload, jobId: number): void;
}

/** A kind with its payload type closed over, so that kinds of different payloads lie in one list. */
export interface RunnableJobKind {
  readonly kind: JobKind;
  readonly lane: JobLane;
  run(payload: unknown, context: JobContext): Promise<void>;
  onSettled(payload: unknown, jobId: number): void;
}

/** Rejects with a zod error when the stored payload does not fit. */
export function defineJobKind<Payload>(definition: JobKindDefinition<Payload>): RunnableJobKind {
  return {
    kind: definition.kind,
    lane: definition.lane,
    async run(payload, context) {
      await definition.run(definition.payloadSchema.parse(payload), context);
    },
    onSettled(payload, jobId) {
      const parsed = definition.payloadSchema.safeParse(payload);
      if (parsed.success) definition.onSettled?.(parsed.data, jobId);
    },
  };
}
