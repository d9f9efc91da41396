import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { isPausable, type Job, type JobKind, type UnstoredEnd } from '../../../src-shared/domain/job.ts';
import { isProcessAlive } from '../../system/process-alive.ts';
import type { CoreTiming, Log } from '../core.ts';
import type { Database } from '../db/database.ts';
import type { ClaimedJob, JobsRepository, LeaseOwner, NewJob } from '../db/jobs-repository.ts';
import { delay } from '../delay.ts';
import type { EventBus } from '../event-bus.ts';
import { fromSystemError } from '../error-report.ts';
import type { JobContext, JobLane, ProgressReport, RunnableJobKind } from './job-kind.ts';
import { createProgressRate, paceOf } from './progress-rate.ts';

export interface JobQueueOptions {
  readonly database: Database;
  readonly jobs: JobsRepository;
  readonly kinds: readonly RunnableJobKind[];
  readonly events: EventBus;
  readonly log: Log;
  readonly timing: CoreTiming;
  /** Whether jobs that nobody holds are taken over (see `CoreOptions.runJobs`). */
  readonly takeOver: boolean;
  readonly dataFolder: string;
}

export interface JobQueue {
  /** Queues a job; call it inside a transaction to store other rows with it, then `wake`. */
  add(job: NewJob): number;
  /** Starts what can start. */
  wake(): void;
  list(): Job[];
  /** Null where there is none. */
  get(jobId: number): Job | null;
  /** The state is set and the next job started before this returns. Throws `not-found`. */
  cancel(jobId: number): Job;
  /** As `cancel`, but resuming gives the job its place back. Throws `not-found`, `bad-request` for a kind that would begin again. */
  pause(jobId: number): Job;
  /** Puts a waiting job before all others that wait. Throws `not-found`, `bad-request` for one that does not wait. */
  putFirst(jobId: number): Job;
  /** Puts an ended job back into the queue. Throws `not-found`, `busy` for one that runs. */
  resume(jobId: number): Job;
  /** Renews leases, takes over what dead processes held, notices what other processes cancelled. */
  tick(): void;
  /** Stops, and hands running jobs back to the queue. */
  close(): void;
  /** After `close`: resolves when what was running has noticed, or after two seconds. */
  settled(): Promise<void>;
}

interface ActiveJob {
  readonly claimed: ClaimedJob;
  readonly kind: RunnableJobKind;
  readonly abort: AbortController;
  progress: Job['progress'];
  emitTimer: NodeJS.Timeout | null;
  lastEmitMs: number;
  lastSaveMs: number;
}

type JobEnd = Parameters<JobsRepository['finish']>[2];

const emitEveryMs = 100;
const saveEveryMs = 1000;
/** A job that was running when the program died so often is not started again by itself. */
const mostInterruptions = 5;
/** How long closing waits for jobs to notice that they are to stop. */
const settleMs = 2000;
/** What is done once is done: going on with it would begin again. */
const unrepeatable: ReadonlySet<JobKind> = new Set(['model-import', 'model-download']);
const lanes: readonly JobLane[] = ['compute', 'files', 'network'];

/**
 * The persisted queue. A running job is a row with a lease; the lease ends with cancelling, with the owner's death or
 * with its silence, and an attempt that lost its lease can store nothing more.
 */
export function createJobQueue(options: JobQueueOptions): JobQueue {
  const { database, jobs, events, log, timing } = options;
  const lease: LeaseOwner = { owner: randomUUID(), host: hostname(), pid: process.pid };
  const active = new Map<JobLane, ActiveJob>();
  /** Ends that could not be stored (a full disk); every tick tries again. */
  const unsaved = new Map<number, { running: ActiveJob; end: JobEnd; told: UnstoredEnd }>();
  /** Every attempt that has not returned yet, those let go of included. */
  const attempts = new Set<Promise<void>>();
  /** Jobs that were added and not told of yet. */
  const added = new Set<number>();
  let closed = false;
  let lastRenewMs = Date.now();

  function live(job: Job): Job {
    for (const running of active.values()) {
      if (running.claimed.job.id === job.id && job.state === 'running') {
        return { ...job, progress: running.progress };
      }
    }
    const unstoredEnd = job.state === 'running' ? unsaved.get(job.id)?.told : undefined;
    return unstoredEnd === undefined ? job : { ...job, unstoredEnd };
  }

  function get(jobId: number): Job | null {
    const job = jobs.get(jobId);
    return job === null ? null : live(job);
  }

  function require(jobId: number): Job {
    const job = get(jobId);
    if (job === null) throw new WorkbenchError('not-found', `There is no job ${jobId}.`);
    return job;
  }

  function emitJob(jobId: number): void {
    const job = get(jobId);
    if (job !== null) events.emit({ event: 'job.changed', job });
  }

  function wake(): void {
    if (closed) return;
    for (const lane of lanes) {
      while (!active.has(lane) && !closed) {
        const kindsOfLane = options.kinds.filter((kind) => kind.lane === lane);
        const claimed = jobs.claim(
          kindsOfLane.map((kind) => kind.kind),
          lease,
          { nowMs: Date.now(), leaseMs: timing.leaseMs },
          options.takeOver,
        );
        const kind = kindsOfLane.find((candidate) => candidate.kind === claimed?.job.kind);
        if (claimed === null || kind === undefined) break;
        added.delete(claimed.job.id);
        begin(lane, claimed, kind);
      }
    }
    const waiting = [...added];
    added.clear();
    for (const jobId of waiting) emitJob(jobId);
  }

  function begin(lane: JobLane, claimed: ClaimedJob, kind: RunnableJobKind): void {
    const running: ActiveJob = {
      claimed,
      kind,
      abort: new AbortController(),
      progress: claimed.job.progress,
      emitTimer: null,
      lastEmitMs: 0,
      lastSaveMs: Date.now(),
    };
    active.set(lane, running);
    emitJob(claimed.job.id);
    const attempt = run(lane, running).finally(() => attempts.delete(attempt));
    attempts.add(attempt);
  }

  async function run(lane: JobLane, running: ActiveJob): Promise<void> {
    const { claimed, kind, abort } = running;
    const jobId = claimed.job.id;
    const { attempt } = claimed;
    const rate = createProgressRate(() => performance.now());
    const context: JobContext = {
      jobId,
      pass: jobId * 1000 + attempt,
      signal: abort.signal,
      report: (progress) => {
        report(running, progress, rate);
      },
      store: (work) =>
        database.transaction(() => {
          if (abort.signal.aborted || !jobs.holds(jobId, lease.owner, attempt)) {
            throw new WorkbenchError('cancelled', 'Cancelled.');
          }
          return work();
        }),
    };
    let error: { code: string; message: string } | null = null;
    try {
      await kind.run(claimed.payload, context);
    } catch (thrown) {
      const known = fromSystemError(thrown, options.dataFolder);
      error = toErrorShape(known);
      if (error.code === 'internal' && !abort.signal.aborted) {
        log(
          'error',
          `Job ${jobId} (${claimed.job.title}) failed: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`,
        );
      }
    }
    settle(lane, running, error);
  }

  /** Ends an attempt that came to its end by itself. One that was let go before has nothing to say any more. */
  function settle(lane: JobLane, running: ActiveJob, error: JobEnd['error']): void {
    if (active.get(lane) !== running || closed) return;
    release(lane, running);
    saveEnd(running, { state: error === null ? 'succeeded' : 'failed', error, nowMs: Date.now() });
    guarded('No job could be started', wake);
  }

  function saveEnd(running: ActiveJob, end: JobEnd): void {
    const { job, attempt } = running.claimed;
    try {
      jobs.saveProgress(job.id, attempt, running.progress);
      const ended = jobs.finish(job.id, attempt, end);
      unsaved.delete(job.id);
      if (ended) afterSettled(running);
      emitJob(job.id);
    } catch (thrown) {
      const reason = toErrorShape(thrown);
      const triedCount = (unsaved.get(job.id)?.told.triedCount ?? 0) + 1;
      const { state, error } = end;
      unsaved.set(job.id, { running, end, told: { state, error, reason, triedCount } });
      // It is tried again every moment while the disk is full; once is enough for the log.
      if (triedCount === 1)
        log('error', `The end of job ${job.id} could not be stored yet: ${reason.message}`);
      // Whoever waits for the end must not wait for ever.
      guarded('An end that was not stored could not be told', () => {
        emitJob(job.id);
      });
    }
  }

  /** For what happens beside a job, or in a timer: its failing ends neither the job nor the program. */
  function guarded(failure: string, work: () => void): void {
    try {
      work();
    } catch (thrown) {
      log('error', `${failure}: ${toErrorShape(thrown).message}`);
    }
  }

  function afterSettled({ kind, claimed }: ActiveJob): void {
    guarded(`After job ${claimed.job.id}`, () => {
      kind.onSettled(claimed.payload, claimed.job.id);
    });
  }

  /** How far a job is matters less than the job: what cannot be stored now is stored a second later. */
  function saveProgress({ claimed, progress }: ActiveJob): void {
    guarded(`The progress of job ${claimed.job.id} could not be stored`, () => {
      jobs.saveProgress(claimed.job.id, claimed.attempt, progress);
    });
  }

  function release(lane: JobLane, running: ActiveJob): void {
    active.delete(lane);
    if (running.emitTimer !== null) clearTimeout(running.emitTimer);
    running.emitTimer = null;
  }

  function report(
    running: ActiveJob,
    progress: ProgressReport,
    rate: ReturnType<typeof createProgressRate>,
  ): void {
    if (running.abort.signal.aborted) return;
    rate.add(progress.done);
    running.progress = { ...progress, ...paceOf(progress, rate.perSecond()) };
    const nowMs = Date.now();
    if (nowMs - running.lastSaveMs >= saveEveryMs) {
      running.lastSaveMs = nowMs;
      saveProgress(running);
    }
    if (running.emitTimer !== null) return;
    running.emitTimer = setTimeout(
      () => {
        running.emitTimer = null;
        running.lastEmitMs = Date.now();
        if (closed) return;
        guarded('Progress could not be told', () => {
          emitJob(running.claimed.job.id);
        });
      },
      Math.max(0, running.lastEmitMs + emitEveryMs - nowMs),
    );
  }

  /** Lets go of a job that this process runs: it is told to stop, and whatever it still does counts for nothing. */
  function letGo(jobId: number): ActiveJob | null {
    for (const [lane, running] of active) {
      if (running.claimed.job.id !== jobId) continue;
      release(lane, running);
      running.abort.abort(new WorkbenchError('cancelled', 'Cancelled.'));
      return running;
    }
    return null;
  }

  /** Stops a job at once, for good or to go on later, and starts the next. */
  function stop(jobId: number, how: 'cancel' | 'pause'): Job {
    require(jobId);
    const running = [...active.values()].find((candidate) => candidate.claimed.job.id === jobId);
    if (running !== undefined) saveProgress(running);
    const changed = jobs[how](jobId, Date.now());
    const stopped = letGo(jobId);
    if (changed) emitJob(jobId);
    wake();
    // Sums over 50,000 results can wait; the next job and the answer to the user cannot.
    if (stopped !== null) {
      setImmediate(() => {
        if (!closed) afterSettled(stopped);
      });
    }
    return require(jobId);
  }

  function takeOverFromTheDead(nowMs: number): void {
    for (const other of jobs.otherOwners(lease.owner)) {
      const dead = other.host === lease.host && !isProcessAlive(other.pid);
      if (!dead && other.expiresAtMs > nowMs) continue;
      log('info', `Process ${other.pid} is gone; its jobs go back to the queue`);
      for (const jobId of jobs.releaseDead(other.owner, mostInterruptions, nowMs)) emitJob(jobId);
    }
  }

  return {
    add(job) {
      const jobId = jobs.insert(job, lease, Date.now(), timing.leaseMs);
      added.add(jobId);
      return jobId;
    },
    wake,
    list: () => jobs.list().map(live),
    get,
    cancel: (jobId) => stop(jobId, 'cancel'),
    pause(jobId) {
      const { kind, title } = require(jobId);
      if (!isPausable(kind)) {
        throw new WorkbenchError(
          'bad-request',
          `«${title}» would begin again after a pause. Let it finish, or cancel it.`,
        );
      }
      return stop(jobId, 'pause');
    },
    putFirst(jobId) {
      const { title } = require(jobId);
      if (!jobs.putFirst(jobId))
        throw new WorkbenchError('bad-request', `«${title}» is not waiting any more.`);
      emitJob(jobId);
      wake();
      return require(jobId);
    },
    resume(jobId) {
      const job = require(jobId);
      if (job.state === 'running') throw new WorkbenchError('busy', `Job ${jobId} is running already.`);
      if (job.state === 'succeeded' && unrepeatable.has(job.kind)) {
        throw new WorkbenchError('bad-request', `Job ${jobId} is finished; there is nothing to go on with.`);
      }
      if (jobs.requeue(jobId, lease, { nowMs: Date.now(), leaseMs: timing.leaseMs })) emitJob(jobId);
      wake();
      return require(jobId);
    },
    tick() {
      if (closed) return;
      const nowMs = Date.now();
      for (const { running, end } of [...unsaved.values()]) saveEnd(running, end);
      for (const running of [...active.values()]) {
        const { job, attempt } = running.claimed;
        if (!jobs.holds(job.id, lease.owner, attempt)) {
          letGo(job.id);
          emitJob(job.id);
        }
      }
      if (nowMs - lastRenewMs >= timing.leaseMs / 4) {
        lastRenewMs = nowMs;
        if (jobs.listActive().length > 0) jobs.renewLeases(lease.owner, nowMs + timing.leaseMs);
      }
      takeOverFromTheDead(nowMs);
      wake();
    },
    close() {
      if (closed) return;
      closed = true;
      for (const running of [...active.values()]) {
        saveProgress(running);
        letGo(running.claimed.job.id);
      }
      // Where this fails, the next process to look finds that this one is gone.
      guarded('Jobs could not be handed back', () => {
        jobs.releaseOwner(lease.owner);
      });
    },
    async settled() {
      const stop = new AbortController();
      await Promise.race([Promise.all(attempts), delay(settleMs, stop.signal)]);
      stop.abort();
    },
  };
}
