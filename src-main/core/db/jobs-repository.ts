import type { Job, JobKind, JobState } from '../../../src-shared/domain/job.ts';
import type { Database } from './database.ts';

interface JobRow {
  id: number;
  kind: JobKind;
  title: string;
  payload: string;
  state: JobState;
  attempt: number;
  lease_owner: string | null;
  lease_host: string | null;
  lease_pid: number | null;
  lease_expires_at_ms: number | null;
  progress_done: number;
  progress_total: number | null;
  progress_rate: number | null;
  progress_message: string;
  error_code: string | null;
  error_message: string | null;
  dataset_id: number | null;
  run_id: number | null;
  model_id: string | null;
  created_at_ms: number;
  queued_at_ms: number;
  started_at_ms: number | null;
  finished_at_ms: number | null;
  paused_at_ms: number | null;
}

/** The process that runs a job or waits to run it. */
export interface LeaseOwner {
  readonly owner: string;
  readonly host: string;
  readonly pid: number;
}

export interface NewJob {
  readonly kind: JobKind;
  readonly title: string;
  readonly payload: unknown;
  readonly datasetId?: number;
  readonly runId?: number;
  readonly modelId?: string;
}

/** A job about to run: its payload is still to be parsed, `attempt` tells its writes from an earlier attempt's. */
export interface ClaimedJob {
  readonly job: Job;
  readonly payload: unknown;
  readonly attempt: number;
}

export interface StoredProgress {
  readonly done: number;
  readonly total: number | null;
  readonly ratePerSecond: number | null;
  readonly message: string;
}

export type JobsRepository = ReturnType<typeof createJobsRepository>;

export function createJobsRepository(database: Database) {
  function toJob(row: JobRow): Job {
    const running = row.state === 'running';
    const rate = running ? row.progress_rate : null;
    return {
      id: row.id,
      kind: row.kind,
      title: row.title,
      state: row.state === 'cancelled' && row.paused_at_ms !== null ? 'paused' : row.state,
      progress: {
        done: row.progress_done,
        total: row.progress_total,
        ratePerSecond: rate,
        secondsLeft:
          rate === null || rate === 0 || row.progress_total === null
            ? null
            : Math.max(0, row.progress_total - row.progress_done) / rate,
        message: row.progress_message,
      },
      error:
        row.error_code === null
          ? null
          : { code: row.error_code, message: row.error_message ?? row.error_code },
      datasetId: row.dataset_id,
      runId: row.run_id,
      modelId: row.model_id,
      createdAtMs: row.created_at_ms,
      queuedAtMs: row.queued_at_ms,
      startedAtMs: row.started_at_ms,
      finishedAtMs: row.finished_at_ms,
    };
  }

  const leaseEnd = `lease_owner = NULL, lease_host = NULL, lease_pid = NULL, lease_expires_at_ms = NULL`;

  return {
    /** The latest 200, newest first. */
    list(): Job[] {
      return database.all<JobRow>('SELECT * FROM jobs ORDER BY id DESC LIMIT 200').map(toJob);
    },
    get(jobId: number): Job | null {
      const row = database.get<JobRow>('SELECT * FROM jobs WHERE id = ?', [jobId]);
      return row === undefined ? null : toJob(row);
    },
    /** What a job of this kind was asked to do, still to be parsed; null where there is none. */
    payload(jobId: number, kind: JobKind): unknown {
      const row = database.get<Pick<JobRow, 'payload'>>(
        'SELECT payload FROM jobs WHERE id = ? AND kind = ?',
        [jobId, kind],
      );
      return row === undefined ? null : (JSON.parse(row.payload) as unknown);
    },
    /** Queued and running jobs. */
    listActive(): Job[] {
      return database
        .all<JobRow>(`SELECT * FROM jobs WHERE state IN ('queued', 'running') ORDER BY queued_at_ms, id`)
        .map(toJob);
    },
    insert(job: NewJob, lease: LeaseOwner, nowMs: number, leaseMs: number): number {
      return database.run(
        `INSERT INTO jobs (kind, title, payload, state, lease_owner, lease_host, lease_pid, lease_expires_at_ms,
           dataset_id, run_id, model_id, created_at_ms, queued_at_ms)
         VALUES (@kind, @title, @payload, 'queued', @owner, @host, @pid, @expires, @datasetId, @runId, @modelId, @now,
           @now)`,
        {
          kind: job.kind,
          title: job.title,
          payload: JSON.stringify(job.payload),
          owner: lease.owner,
          host: lease.host,
          pid: lease.pid,
          expires: nowMs + leaseMs,
          datasetId: job.datasetId ?? null,
          runId: job.runId ?? null,
          modelId: job.modelId ?? null,
          now: nowMs,
        },
      ).lastInsertRowid;
    },
    /** Names the run that a job leads to; others may share the job. */
    setRun(jobId: number, runId: number): void {
      database.run('UPDATE jobs SET run_id = ? WHERE id = ?', [runId, jobId]);
    },
    /** Takes the next waiting job of these kinds: one of this process's own, or with `orphans` one that nobody holds. */
    claim(
      kinds: readonly JobKind[],
      lease: LeaseOwner,
      times: { nowMs: number; leaseMs: number },
      orphans: boolean,
    ): ClaimedJob | null {
      const row = database.get<JobRow>(
        `UPDATE jobs SET state = 'running', attempt = attempt + 1, lease_owner = @owner, lease_host = @host,
           lease_pid = @pid, lease_expires_at_ms = @expires, started_at_ms = @now, finished_at_ms = NULL, paused_at_ms = NULL,
           error_code = NULL, error_message = NULL, progress_rate = NULL
         WHERE id = (
           SELECT id FROM jobs
           WHERE state = 'queued' AND kind IN (SELECT value FROM json_each(@kinds))
             AND (lease_owner = @owner OR (@orphans AND lease_owner IS NULL))
           ORDER BY queued_at_ms, id LIMIT 1)
         RETURNING *`,
        {
          owner: lease.owner,
          host: lease.host,
          pid: lease.pid,
          expires: times.nowMs + times.leaseMs,
          now: times.nowMs,
          kinds: JSON.stringify(kinds),
          orphans: orphans ? 1 : 0,
        },
      );
      return row === undefined
        ? null
        : { job: toJob(row), payload: JSON.parse(row.payload) as unknown, attempt: row.attempt };
    },
    /** Whether this attempt still is the one that may write. */
    holds(jobId: number, owner: string, attempt: number): boolean {
      return (
        database.get(
          `SELECT 1 FROM jobs WHERE id = ? AND state = 'running' AND lease_owner = ? AND attempt = ?`,
          [jobId, owner, attempt],
        ) !== undefined
      );
    },
    renewLeases(owner: string, expiresAtMs: number): void {
      database.run(
        `UPDATE jobs SET lease_expires_at_ms = ? WHERE lease_owner = ? AND state IN ('queued', 'running')`,
        [expiresAtMs, owner],
      );
    },
    /** Other processes that hold jobs, for asking whether they still live. */
    otherOwners(owner: string): { owner: string; host: string; pid: number; expiresAtMs: number }[] {
      return database.all(
        `SELECT lease_owner AS owner, lease_host AS host, lease_pid AS pid, max(lease_expires_at_ms) AS expiresAtMs
         FROM jobs WHERE state IN ('queued', 'running') AND lease_owner IS NOT NULL AND lease_owner <> ?
         GROUP BY lease_owner, lease_host, lease_pid`,
        [owner],
      );
    },
    /**
     * Puts what a dead process held back into the queue. A job that was running in `mostInterruptions` deaths is ended
     * instead: it may be what kills them. Returns what it held.
     */
    releaseDead(owner: string, mostInterruptions: number, nowMs: number): number[] {
      return database.transaction(() => {
        const held = database.all<{ id: number }>(
          `SELECT id FROM jobs WHERE lease_owner = ? AND state IN ('queued', 'running')`,
          [owner],
        );
        database.run(
          `UPDATE jobs SET interruptions = interruptions + 1 WHERE lease_owner = ? AND state = 'running'`,
          [owner],
        );
        database.run(
          `UPDATE jobs SET state = 'failed', error_code = 'internal', finished_at_ms = @now, ${leaseEnd},
             error_message = 'The program stopped ' || interruptions || ' times while this job ran. Resume it to try again.'
           WHERE lease_owner = @owner AND state = 'running' AND interruptions >= @most`,
          { owner, most: mostInterruptions, now: nowMs },
        );
        this.releaseOwner(owner);
        return held.map(({ id }) => id);
      });
    },
    /** Puts everything an owner held back into the queue. */
    releaseOwner(owner: string): void {
      database.run(
        `UPDATE jobs SET state = 'queued', ${leaseEnd} WHERE lease_owner = ? AND state IN ('queued', 'running')`,
        [owner],
      );
    },
    saveProgress(jobId: number, attempt: number, progress: StoredProgress): void {
      database.run(
        `UPDATE jobs SET progress_done = ?, progress_total = ?, progress_rate = ?, progress_message = ?
         WHERE id = ? AND attempt = ? AND state = 'running'`,
        [progress.done, progress.total, progress.ratePerSecond, progress.message, jobId, attempt],
      );
    },
    /** Ends a running attempt; false where it was ended already (cancelled, taken over). */
    finish(
      jobId: number,
      attempt: number,
      end: { state: 'succeeded' | 'failed'; error: { code: string; message: string } | null; nowMs: number },
    ): boolean {
      return (
        database.run(
          `UPDATE jobs SET state = ?, error_code = ?, error_message = ?, finished_at_ms = ?, ${leaseEnd}
           WHERE id = ? AND attempt = ? AND state = 'running'`,
          [end.state, end.error?.code ?? null, end.error?.message ?? null, end.nowMs, jobId, attempt],
        ).changes > 0
      );
    },
    /** Ends a job that waits, runs or is paused; false where it had ended. */
    cancel(jobId: number, nowMs: number): boolean {
      return (
        database.run(
          `UPDATE jobs SET state = 'cancelled', finished_at_ms = ?, paused_at_ms = NULL, ${leaseEnd}
           WHERE id = ? AND (state IN ('queued', 'running') OR (state = 'cancelled' AND paused_at_ms IS NOT NULL))`,
          [nowMs, jobId],
        ).changes > 0
      );
    },
    /** Stops a job that waits or runs; it keeps its place. False where it had stopped. */
    pause(jobId: number, nowMs: number): boolean {
      return (
        database.run(
          `UPDATE jobs SET state = 'cancelled', paused_at_ms = ?, ${leaseEnd}
           WHERE id = ? AND state IN ('queued', 'running')`,
          [nowMs, jobId],
        ).changes > 0
      );
    },
    /** Puts a waiting job before all others that wait; false where it does not wait. */
    putFirst(jobId: number): boolean {
      return (
        database.run(
          `UPDATE jobs SET queued_at_ms = (SELECT min(queued_at_ms) FROM jobs WHERE state = 'queued') - 1
           WHERE id = ? AND state = 'queued'`,
          [jobId],
        ).changes > 0
      );
    },
    /** Puts an ended job, or a waiting one that nobody holds, into this process's queue: last, but a paused one at its place. */
    requeue(jobId: number, lease: LeaseOwner, times: { nowMs: number; leaseMs: number }): boolean {
      return (
        database.run(
          `UPDATE jobs SET state = 'queued', queued_at_ms = iif(paused_at_ms IS NULL, ?, queued_at_ms),
             paused_at_ms = NULL, finished_at_ms = NULL, interruptions = 0, error_code = NULL,
             error_message = NULL, lease_owner = ?, lease_host = ?, lease_pid = ?, lease_expires_at_ms = ?
           WHERE id = ? AND (state IN ('cancelled', 'failed', 'succeeded') OR (state = 'queued' AND lease_owner IS NULL))`,
          [times.nowMs, lease.owner, lease.host, lease.pid, times.nowMs + times.leaseMs, jobId],
        ).changes > 0
      );
    },
  };
}
