import { isDeepStrictEqual } from 'node:util';
import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { Job } from '../../../src-shared/domain/job.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import { methodTitle } from '../../../src-shared/domain/method-settings.ts';
import type { Model } from '../../../src-shared/domain/model.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { CliSession } from '../cli-session.ts';
import { chooseModel, choosePrompts, namedPrompts } from './choose-inputs.ts';
import { readPromptWords } from './prompt-words.ts';
import { methodWishes, type MethodChoice, type MethodOptions, type MethodWish } from './method-options.ts';

/** A method that can be run, with what it is run with. */
export interface PlannedMethod extends MethodWish {
  readonly promptSetId: number | null;
}

/** A method that cannot be run, and why. */
export interface UnavailableMethod extends MethodWish {
  readonly reason: string;
}

export interface MethodPlan {
  readonly model: Model | null;
  readonly planned: readonly PlannedMethod[];
  readonly unavailable: readonly UnavailableMethod[];
}

/**
 * Model and prompts of every method asked for. Throws `needs-choice` where a model or prompts must be chosen, and what
 * keeps named prompts from being used.
 */
export async function planMethods(
  session: CliSession,
  choice: MethodChoice,
  options: MethodOptions,
): Promise<MethodPlan> {
  const wishes = methodWishes(choice, options, await readPromptWords(options));
  const model = await chooseModel(
    session,
    wishes.map(({ methodId }) => methodId),
    options.model,
  );
  const needsPrompts = wishes.some(({ methodId }) => methodCatalogue[methodId].needsLearnedPrompts);
  const named = await namedPrompts(session, options.prompts ?? [], model);
  const stranger = named.find((set) => wishes.every(({ methodId }) => methodId !== set.methodId));
  if (stranger !== undefined)
    throw new WorkbenchError(
      'bad-request',
      `The prompts «${stranger.name}» are for ${stranger.methodId}, which is not among the methods asked for.`,
    );
  const { promptSets } = needsPrompts ? await session.call('prompts.list', {}) : { promptSets: [] };
  const planned: PlannedMethod[] = [];
  const unavailable: UnavailableMethod[] = [];
  for (const wish of wishes) {
    const { name, needsModel } = methodCatalogue[wish.methodId];
    if (needsModel && model === null) {
      const reason = `${name} needs a model and there is none. Add one with: anomaly-workbench models import FILE`;
      unavailable.push({ ...wish, reason });
      continue;
    }
    const { promptSetId, reason } =
      model === null
        ? { promptSetId: null, reason: null }
        : choosePrompts(wish.methodId, model, named, promptSets);
    if (reason === null) planned.push({ ...wish, promptSetId });
    else unavailable.push({ ...wish, reason });
  }
  return { model, planned, unavailable };
}

export interface RunMethodsOptions {
  readonly datasetId: number;
  /** Look through this class alone. */
  readonly className?: string;
  readonly plan: MethodPlan;
  /** Begin anew although there are unfinished or finished runs. */
  readonly isNew: boolean;
  /** Take finished runs for what they are, instead of making them again. */
  readonly reuseFinished: boolean;
  /** Only go on with what was begun; throws `not-found` where something was not. */
  readonly mustResume?: boolean;
}

/** What became of a planned method. */
export interface MethodRun extends PlannedMethod {
  readonly runId: number;
  /** It was there already, whole. */
  readonly isReused: boolean;
}

export interface MethodRuns {
  readonly runs: readonly MethodRun[];
  readonly isElsewhere: boolean;
  /** Images that had their results before. */
  readonly doneBefore: number;
  /** Why a pass ended early; the runs it could not finish have no `succeeded` state. */
  readonly failure: WorkbenchError | null;
}

/**
 * Runs every planned method over a data set, all that have to be begun in one pass. Goes on with unfinished runs of the
 * same method, model, prompts and settings. Throws `cancelled` where the user stopped it.
 */
export async function runMethods(session: CliSession, options: RunMethodsOptions): Promise<MethodRuns> {
  const { datasetId, plan } = options;
  const known = options.isNew ? [] : (await session.call('runs.list', { datasetId })).runs;
  const found = plan.planned.map((method) => ({ method, run: findRun(known, method, options) }));
  const toResume = resumableJobs(
    known,
    found.flatMap(({ run }) => run ?? []),
  );
  const runs: MethodRun[] = [];
  const toCreate: PlannedMethod[] = [];
  for (const { method, run } of found) {
    if (run !== null && (isWhole(run) || toResume.has(run.jobId)))
      runs.push({ ...method, runId: run.id, isReused: isWhole(run) });
    else toCreate.push(method);
  }

  if (options.mustResume === true && toCreate.length > 0)
    throw new WorkbenchError(
      'not-found',
      'There is no unfinished run of this data set with this method, model, prompts and settings.',
    );

  const jobs: StartedJob[] = [];
  for (const resumed of toResume.values()) jobs.push(await resumeJob(session, resumed));
  if (toCreate.length > 0) {
    const created = await session.call('runs.createMany', {
      datasetId,
      modelId: plan.model?.id ?? null,
      className: options.className ?? null,
      runs: toCreate.map(({ methodId, promptSetId, settings }) => ({ methodId, promptSetId, settings })),
    });
    for (const [index, method] of toCreate.entries()) {
      const run = created.runs[index];
      if (run === undefined) throw new WorkbenchError('internal', `${method.key} got no run.`);
      runs.push({ ...method, runId: run.id, isReused: false });
    }
    jobs.push({ job: created.job, elsewhere: false });
  }
  const doneBefore = jobs.reduce((sum, { job }) => sum + job.progress.done, 0);
  let failure: WorkbenchError | null = null;
  for (const { job, elsewhere } of jobs) {
    try {
      await session.finish(job, elsewhere);
    } catch (error) {
      if (!(error instanceof WorkbenchError) || error.code === 'cancelled') throw error;
      failure ??= error;
    }
  }
  const order = plan.planned.map(({ key }) => key);
  runs.sort((a, b) => order.indexOf(a.key) - order.indexOf(b.key));
  return { runs, isElsewhere: jobs.some(({ elsewhere }) => elsewhere), doneBefore, failure };
}

function isWhole(run: Run): boolean {
  return run.state === 'succeeded' && run.scoredCount + run.failedCount >= run.imageCount;
}

/** The newest run of the data set that was made with the same; a whole one only where it may be reused. */
function findRun(
  known: readonly Run[],
  { methodId, promptSetId, settings }: PlannedMethod,
  { plan, reuseFinished, className }: RunMethodsOptions,
): Run | null {
  const model = methodCatalogue[methodId].needsModel ? plan.model : null;
  return (
    known
      .filter((run) => run.methodId === methodId && run.modelId === (model?.id ?? null))
      // An id can come to mean another model.
      .filter((run) => run.modelSha256 === (model?.sha256 ?? null))
      .filter((run) => run.promptSetId === promptSetId && isDeepStrictEqual(run.settings, settings))
      .filter((run) => run.className === className)
      .filter((run) => reuseFinished || run.state !== 'succeeded')
      .sort((a, b) => Number(isWhole(b)) - Number(isWhole(a)) || b.id - a.id)[0] ?? null
  );
}

/** The unfinished runs by job, of jobs that hold nothing unfinished but what is asked for: one job runs all of its runs. */
function resumableJobs(known: readonly Run[], wanted: readonly Run[]): Map<number, Run[]> {
  const unfinished = Map.groupBy(
    known.filter((run) => !isWhole(run)),
    (run) => run.jobId,
  );
  const isWanted = (run: Run) => wanted.some(({ id }) => id === run.id);
  return new Map([...unfinished].filter(([, ofJob]) => ofJob.every(isWanted)));
}

interface StartedJob {
  readonly job: Job;
  /** Another process holds the job: this one only watches. */
  readonly elsewhere: boolean;
}

async function resumeJob(session: CliSession, runs: readonly Run[]): Promise<StartedJob> {
  const [first] = runs;
  if (first === undefined) throw new WorkbenchError('internal', 'A job without a run cannot be resumed.');
  const started = await takeUp(session, first);
  const done = Math.min(...runs.map((run) => run.scoredCount + run.failedCount));
  const names =
    runs.length === 1
      ? `run ${first.id}`
      : runs.map((run) => `run ${run.id} (${methodTitle(run.methodId, run.settings)})`).join(', ');
  session.note(
    started.elsewhere
      ? `Another process is working on ${names} (${done} of ${first.imageCount} images so far). It is watched to its end; --new starts a run of its own.`
      : `Going on with ${names} at image ${done + 1} of ${first.imageCount} (--new starts over).`,
  );
  return started;
}

/** Takes a job up where nobody holds it. What runs before this process did anything, or still waits after, is another's. */
async function takeUp(session: CliSession, { jobId }: Run): Promise<StartedJob> {
  const before = await session.call('jobs.get', { jobId });
  if (before.state !== 'running') {
    try {
      const job = await session.call('jobs.resume', { jobId });
      return { job, elsewhere: job.state === 'queued' };
    } catch (error) {
      if (toErrorShape(error).code !== 'busy') throw error;
    }
  }
  return { job: await session.call('jobs.get', { jobId }), elsewhere: true };
}
