import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { learnsTheSame } from '../../../src-shared/domain/ablations.ts';
import type { Job } from '../../../src-shared/domain/job.ts';
import {
  trainableMethodNames,
  type Training,
  type TrainingSettings,
} from '../../../src-shared/domain/training.ts';
import type { CliSession } from '../cli-session.ts';
import type { AblatedRow, AblationRun } from './ablation-table.ts';
import type { AblationPlan, PlannedRow } from './plan-ablations.ts';

export interface AblationOutcome {
  /** Those with a training for each seed, in the order of the plan. */
  readonly rows: readonly AblatedRow[];
  /** What ended it before its last row. */
  readonly stoppedBy: unknown;
}

/**
 * Trains every row with every seed. A training that fails is said in its row, and the next one begins; only a stop by the
 * user ends the table, and what is done until then is handed back.
 */
export async function runAblations(session: CliSession, plan: AblationPlan): Promise<AblationOutcome> {
  const rows: AblatedRow[] = [];
  for (const planned of plan.rows) {
    const { group, name, wishes, from, settings } = planned;
    const runs: AblationRun[] = [];
    let stoppedBy: unknown = null;
    for (const seed of plan.seeds) {
      try {
        runs.push(await runRow(session, plan, planned, seed));
      } catch (thrown) {
        const { code, message } = toErrorShape(thrown);
        if (code === 'cancelled') {
          stoppedBy = thrown;
          break;
        }
        runs.push({ seed, trainingId: null, isFound: false, metrics: null, seconds: null, problem: message });
      }
    }
    // A mean over some of the seeds would stand beside means over all.
    if (runs.length === plan.seeds.length) rows.push({ group, name, wishes, from, settings, runs });
    if (stoppedBy !== null) return { rows, stoppedBy };
  }
  return { rows, stoppedBy: null };
}

async function runRow(
  session: CliSession,
  plan: AblationPlan,
  row: PlannedRow,
  seed: number,
): Promise<AblationRun> {
  const settings = { ...row.settings, seed };
  const before = await findBefore(session, plan, row, settings);
  const isFound = before?.state === 'succeeded';
  const training = before ?? (await startOne(session, plan, row, settings));
  if (!isFound) await finish(session, training, before !== null);
  const { training: done, checkpoints } = await session.call('trainings.get', { trainingId: training.id });
  const last = checkpoints.find(({ epoch }) => epoch === done.settings.epochs);
  return {
    ...{ seed, trainingId: done.id, isFound },
    metrics: last?.validation?.mean ?? null,
    seconds: await secondsOf(session, done),
    problem: last?.problem ?? null,
  };
}

/** The newest training that is this one: a finished one, measured on what is measured on now, rather than one that was stopped. */
async function findBefore(
  session: CliSession,
  { methodId, model, scope, validation, validationVersionHash }: AblationPlan,
  { versionHash }: PlannedRow,
  settings: TrainingSettings,
): Promise<Training | null> {
  const { trainings } = await session.call('trainings.list', {});
  const same = trainings
    .filter(
      (one) =>
        one.methodId === methodId &&
        one.modelSha256 === model.sha256 &&
        one.versionHash === versionHash &&
        one.datasetId === scope.datasetId &&
        areSame(one.classNames, scope.classNames) &&
        one.validation?.datasetId === validation.datasetId &&
        areSame(one.validation.classNames, validation.classNames) &&
        learnsTheSame(methodId, one.settings, settings),
    )
    .sort((a, b) => b.id - a.id);
  for (const { id } of same.filter(({ state }) => state === 'succeeded')) {
    const { training, checkpoints } = await session.call('trainings.get', { trainingId: id });
    const last = checkpoints.find(({ epoch }) => epoch === training.settings.epochs);
    const measuredOn = last?.validation?.versionHash ?? null;
    // What could not be measured then is not asked for again: the row says why.
    if (last?.validation === null || measuredOn === validationVersionHash) return training;
  }
  return same.find(({ state }) => state !== 'succeeded') ?? null;
}

function areSame(one: readonly string[] | null, other: readonly string[] | null): boolean {
  if (one === null || other === null) return one === other;
  return JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());
}

async function startOne(
  session: CliSession,
  { methodId, model, scope, validation }: AblationPlan,
  { group, name }: PlannedRow,
  settings: TrainingSettings,
): Promise<Training> {
  const title = `${trainableMethodNames[methodId]}, ${group === 'base' ? 'base row' : name}, seed ${settings.seed}`;
  return await session.call('trainings.start', {
    ...{ methodId, modelId: model.id, ...scope, settings, validation, name: title },
    // Maps of single images say nothing in a table.
    probeImageIds: [],
  });
}

/** Waits for its end; one that was stopped is gone on with, one in the hands of another process is watched. */
async function finish(session: CliSession, training: Training, wasThere: boolean): Promise<void> {
  const { job, elsewhere } = await takeUp(session, training, wasThere);
  if (job.state !== 'succeeded') await session.finish(job, elsewhere);
}

async function takeUp(
  session: CliSession,
  { id, jobId }: Training,
  wasThere: boolean,
): Promise<{ job: Job; elsewhere: boolean }> {
  const job = await session.call('jobs.get', { jobId });
  if (!wasThere) return { job, elsewhere: false };
  if (job.state !== 'running') {
    try {
      const resumed = await session.call('jobs.resume', { jobId });
      session.note(`Going on with training ${id}.`);
      return { job: resumed, elsewhere: resumed.state === 'queued' };
    } catch (thrown) {
      if (toErrorShape(thrown).code !== 'busy') throw thrown;
    }
  }
  return { job: await session.call('jobs.get', { jobId }), elsewhere: true };
}

async function secondsOf(session: CliSession, { jobId }: Training): Promise<number | null> {
  try {
    const { startedAtMs, finishedAtMs } = await session.call('jobs.get', { jobId });
    return startedAtMs === null || finishedAtMs === null ? null : (finishedAtMs - startedAtMs) / 1000;
  } catch (thrown) {
    if (thrown instanceof WorkbenchError && thrown.code === 'not-found') return null;
    throw thrown;
  }
}
