import { errorCodeSchema, toErrorShape, WorkbenchError } from '../../src-shared/contract/errors.ts';
import type { MethodName, MethodParams, MethodResult } from '../../src-shared/contract/methods.ts';
import type { RunEvaluation } from '../../src-shared/domain/evaluation.ts';
import type { WorkbenchEvent } from '../../src-shared/contract/events.ts';
import type { Job, UnstoredEnd } from '../../src-shared/domain/job.ts';
import type { Core } from '../core/core.ts';
import type { CliIo } from './cli-io.ts';
import { ProgressLine } from './progress-line.ts';

/** An end that could not be stored so often, a moment after each other (10 s), is not waited for any longer. */
export const mostTriesToStore = 10;

/** What a command has to show: for programs and for people. */
export interface CommandResult {
  readonly document: object;
  readonly text: string;
}

/** One command's view of the core: typed calls, jobs that are waited for, results printed once. */
export class CliSession {
  readonly io: CliIo;
  readonly json: boolean;
  /** The data folder where this command had to make it. */
  readonly madeDataFolder: string | null;
  readonly #core: Core;
  readonly #interrupted: AbortSignal;
  #result: CommandResult | null = null;

  constructor(
    io: CliIo,
    json: boolean,
    core: Core,
    interrupted: AbortSignal,
    madeDataFolder: string | null = null,
  ) {
    this.madeDataFolder = madeDataFolder;
    this.io = io;
    this.json = json;
    this.#core = core;
    this.#interrupted = interrupted;
  }

  /** Throws `WorkbenchError`; `cancelled` where the user asked to stop before the answer came. */
  async call<N extends MethodName>(method: N, params: MethodParams<N>): Promise<MethodResult<N>> {
    this.#interrupted.throwIfAborted();
    return await raceInterrupt(this.#core.call(method, params), this.#interrupted);
  }

  /**
   * Follows a job to its end and returns it when it succeeded. Ctrl+C cancels it, so that it can be resumed; one that is
   * `elsewhere`, in the hands of another process, goes on without being watched. Throws `cancelled`, `not-found` where its
   * data set was removed meanwhile, the job's own
   * error, or why its end could not be stored (`disk-full`); `howToGoOn` then says what to do with room again.
   */
  async finish(job: Job, elsewhere = false, howToGoOn = 'the same command goes on from there'): Promise<Job> {
    const line = new ProgressLine(this.io, job.title, job.kind);
    try {
      const ended = await this.#follow(job, line, elsewhere);
      if (ended.unstoredEnd !== undefined) throw endNotStored(ended.title, ended.unstoredEnd, howToGoOn);
      if (ended.state === 'succeeded') return ended;
      if (ended.state === 'cancelled' || ended.state === 'paused')
        throw (await this.#isDatasetGone(ended)) ? datasetGone(ended) : cancelled();
      throw jobFailure(ended);
    } finally {
      line.end();
    }
  }

  /** Asked where somebody else ended the job; whoever pressed Ctrl+C wants no further question. */
  async #isDatasetGone({ datasetId }: Job): Promise<boolean> {
    if (datasetId === null || this.#interrupted.aborted) return false;
    return await this.#core.call('datasets.get', { datasetId }).then(
      () => false,
      (thrown: unknown) => toErrorShape(thrown).code === 'not-found',
    );
  }

  /** The metrics of a run, with a progress line while they are taken. Throws what `runs.evaluate` throws. */
  async evaluate(runId: number, title: string): Promise<RunEvaluation> {
    const line = new ProgressLine(this.io, title, 'scan');
    const unsubscribe = this.#core.subscribe((event) => {
      if (event.event !== 'run.evaluating' || event.runId !== runId) return;
      const done = Math.round(event.share * 100);
      line.show({ done, total: 100, ratePerSecond: null, secondsLeft: null, message: 'percent' });
    });
    try {
      return await this.call('runs.evaluate', { runId });
    } finally {
      unsubscribe();
      line.end();
    }
  }

  #follow(job: Job, line: ProgressLine, elsewhere: boolean): Promise<Job> {
    return new Promise<Job>((resolve, reject) => {
      let isOthers = elsewhere;
      const cancel = () => {
        if (isOthers) fail(stoppedWatching());
        else this.#core.call('jobs.cancel', { jobId: job.id }).then(see, fail);
      };
      let ended = false;
      const stop = () => {
        ended = true;
        unsubscribe();
        this.#interrupted.removeEventListener('abort', cancel);
      };
      let wasRunning = elsewhere;
      const see = (seen: Job) => {
        // An answer that was under way when the job ended is older than the end.
        if (ended) return;
        if (seen.state === 'queued' || seen.state === 'running') {
          // Back in the queue: the process that ran it is gone. Who waits for the job takes it up.
          const isAbandoned = wasRunning && seen.state === 'queued';
          wasRunning = seen.state === 'running';
          if ((seen.unstoredEnd?.triedCount ?? 0) >= mostTriesToStore) {
            stop();
            resolve(seen);
            return;
          }
          line.show(seen.progress);
          if (isAbandoned) this.#core.call('jobs.resume', { jobId: job.id }).then(takeUp, takenUp);
          return;
        }
        stop();
        resolve(seen);
      };
      /** Running at once, it runs here; still waiting, it waits for another process that holds it. */
      const takeUp = (seen: Job) => {
        isOthers = seen.state === 'queued';
        wasRunning = false;
        see(seen);
        wasRunning ||= isOthers;
      };
      /** Another process may have been faster; its end of the job is told like any other. */
      const takenUp = (error: unknown) => {
        if (toErrorShape(error).code !== 'busy') fail(error);
      };
      const fail = (error: unknown) => {
        stop();
        reject(error instanceof Error ? error : new Error(String(error)));
      };
      const unsubscribe = this.#core.subscribe((event) => {
        if (event.event === 'job.changed' && event.job.id === job.id) see(event.job);
      });
      this.#interrupted.addEventListener('abort', cancel, { once: true });
      if (this.#interrupted.aborted) cancel();
      // The job may have ended before the subscription began.
      this.#core.call('jobs.get', { jobId: job.id }).then(see, fail);
    });
  }

  /**
   * For a command that ends when the user says so: `see` gets every event, one after another, and null at the end, and may
   * call the core then too. Resolves with what it returns for the end.
   */
  async untilInterrupted<T>(
    see: (event: WorkbenchEvent | null, call: Core['call']) => Promise<T | null>,
  ): Promise<T> {
    const call: Core['call'] = (method, params) => this.#core.call(method, params);
    let before: Promise<unknown> = Promise.resolve();
    const stopped = Promise.withResolvers<unknown>();
    const unsubscribe = this.#core.subscribe((event) => {
      before = before.then(() => see(event, call)).catch(stopped.reject);
    });
    const stop = () => {
      stopped.resolve(null);
    };
    this.#interrupted.addEventListener('abort', stop, { once: true });
    if (this.#interrupted.aborted) stop();
    try {
      await stopped.promise;
    } finally {
      unsubscribe();
      this.#interrupted.removeEventListener('abort', stop);
    }
    await before;
    const last = await see(null, call);
    if (last === null) throw cancelled();
    return last;
  }

  /**
   * Takes the command's one result. It is printed when the command has ended, with the error in the same document if
   * there was one.
   */
  print(document: object, text: string): void {
    this.#result = { document, text };
  }

  get result(): CommandResult | null {
    return this.#result;
  }

  /** A remark beside the result, for people. */
  note(message: string): void {
    if (!this.json) this.io.stderr(`${message}\n`);
  }
}

export function cancelled(): WorkbenchError {
  return new WorkbenchError(
    'cancelled',
    'Cancelled. What is done is kept; the same command goes on from there.',
  );
}

function datasetGone({ title }: Job): WorkbenchError {
  return new WorkbenchError(
    'not-found',
    `«${title}» was cancelled and its data set removed meanwhile; there is nothing to go on with.`,
  );
}

function stoppedWatching(): WorkbenchError {
  return new WorkbenchError('cancelled', 'No longer watching. The other process goes on with its work.');
}

/** The disk is still full: to wait longer would only hide it. */
function endNotStored(title: string, { error, reason }: UnstoredEnd, howToGoOn: string): WorkbenchError {
  const code = errorCodeSchema.safeParse(reason.code);
  const became =
    error === null
      ? `«${title}» came to its end, but that could not be stored.`
      : `«${title}» failed, and that could not be stored either.${error.message === reason.message ? '' : ` ${error.message}`}`;
  return new WorkbenchError(
    code.success ? code.data : 'internal',
    `${became} ${reason.message} What was stored before is kept; ${howToGoOn}.`,
  );
}

function jobFailure(job: Job): WorkbenchError {
  const code = errorCodeSchema.safeParse(job.error?.code);
  const message = job.error?.message ?? `«${job.title}» failed without saying why.`;
  return new WorkbenchError(code.success ? code.data : 'internal', message);
}

function raceInterrupt<T>(work: Promise<T>, interrupted: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      reject(cancelled());
    };
    interrupted.addEventListener('abort', stop, { once: true });
    work
      .finally(() => {
        interrupted.removeEventListener('abort', stop);
      })
      .then(resolve, reject);
  });
}
