// What lives here: scanning a data set: which runs share a pass, what each of them needs, and what is stored of an image.
// What may not: arithmetic of methods (src-main/compute), metrics (evaluation/), and SQL (db/).
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { WorkbenchError, type ErrorCode } from '../../../src-shared/contract/errors.ts';
import type { ComputeSettings } from '../../../src-shared/domain/compute-settings.ts';
import { fileOf } from '../../../src-shared/domain/dataset.ts';
import { packPatchMap } from '../../../src-shared/maps/patch-map-codec.ts';
import { withoutFileName } from '../../images/image-errors.ts';
import type { ComputeClient } from '../compute-client/compute-client.ts';
import type { MethodResults } from '../compute-client/scan-session.ts';
import type { DatasetCore } from '../db/datasets-repository.ts';
import type { Repositories } from '../db/repositories.ts';
import type { ScanScope, ScanTarget, ScoredImage } from '../db/results-repository.ts';
import type { EventBus } from '../event-bus.ts';
import type { LibraryFolders } from '../library/library-folders.ts';
import { computeImageAuroc } from '../evaluation/image-auroc.ts';
import { defineJobKind, type JobContext } from '../jobs/job-kind.ts';
import { mapRange } from './map-range.ts';
import { createScanRuns, type ScanMember, type ScanRuns } from './scan-runs.ts';

/** Nothing: a run names its job. Jobs of older programs have the run's id here. */
const scanPayloadSchema = z.object({});

export interface ScanJobOptions {
  readonly repositories: Repositories;
  readonly compute: ComputeClient;
  readonly folders: LibraryFolders;
  readonly events: EventBus;
  readonly computeSettings: () => ComputeSettings;
}

/** Two images on their way, so that one is read while the other is computed. */
const imagesInFlight = 2;
const targetsAtOnce = 64;
/** A window reads the runs again at most this often while they grow. */
const runEventEveryMs = 500;

const crashMessage = 'the compute process stopped while reading this image';

/** What the compute process may say against one image. Anything else would be said of every image, and ends the run. */
const imageCodes: ReadonlySet<ErrorCode> = new Set([
  'unreadable',
  'unsupported',
  'corrupt-file',
  'too-large',
  'internal',
]);
/** So many images that fail inside the method before one is scored are the method's fault, not theirs. */
const mostDefectsAtFirst = 8;

/**
 * Scores every image of a data set that any run of the job has no result of: starting, resuming and catching up are the
 * same. The image is read once for all runs, and what all of them say of it is stored at once.
 */
export function createScanJobKind(options: ScanJobOptions) {
  const { repositories, events } = options;
  return defineJobKind({
    kind: 'scan',
    lane: 'compute',
    payloadSchema: scanPayloadSchema,
    async run(_, context) {
      const [first] = repositories.runs.ofJob(context.jobId);
      const dataset = first === undefined ? null : repositories.datasets.getCore(first.datasetId);
      if (dataset === null) {
        throw new WorkbenchError(
          'not-found',
          'The run or its data set was removed; there is nothing to scan.',
        );
      }
      const runs = createScanRuns({ ...options, dataset, context });
      try {
        await scanImages({ ...options, runs, dataset, context });
      } finally {
        const closing = runs.close();
        // A cancelled scan's session is closed as well, or its weights would stay in memory, but nobody waits for it.
        if (!context.signal.aborted) await closing;
      }
    },
    onSettled(_, jobId) {
      for (const { id, datasetId } of repositories.runs.ofJob(jobId)) {
        repositories.runs.setImageAuroc(id, computeImageAuroc(repositories, id, datasetId));
        events.emit({ event: 'runs.changed', runId: id });
      }
    },
  });
}

interface ScanImages extends ScanJobOptions {
  readonly runs: ScanRuns;
  readonly dataset: DatasetCore;
  readonly context: JobContext;
}

async function scanImages(scan: ScanImages): Promise<void> {
  const { runs, context } = scan;
  const { signal } = context;
  const targets = createTargetSource(scan);
  /** Images under which the process died once. They go alone, so that the second time there is no doubt whose fault it was. */
  const suspects: ScanTarget[] = [];
  const inFlight = new Set<Promise<void>>();
  const progress = createScanProgress(scan);
  let fatal: { reason: unknown } | null = null;

  async function score(target: ScanTarget, isSuspect: boolean): Promise<void> {
    const startMs = performance.now();
    const verdicts = await scoreImage(scan, target);
    if (verdicts === 'crashed' && !isSuspect) {
      suspects.push(target);
      return;
    }
    const failed = await storeVerdicts(
      scan,
      target,
      verdicts === 'crashed' ? sayOfAll(runs.inSession, { code: null, message: crashMessage }) : verdicts,
      startMs,
    );
    progress.step(target, failed);
  }

  function start(target: ScanTarget, isSuspect: boolean): void {
    const work: Promise<void> = score(target, isSuspect)
      .catch((reason: unknown) => {
        fatal ??= { reason };
      })
      .finally(() => inFlight.delete(work));
    inFlight.add(work);
  }

  if (runs.members.length > 0) progress.begin();
  while (fatal === null) {
    signal.throwIfAborted();
    const isOutdated = runs.isOutdated();
    if (inFlight.size > 0 && (isOutdated || runs.members.length === 0)) {
      await Promise.race(inFlight);
      continue;
    }
    if (isOutdated) {
      await runs.renew();
      targets.lookAgain();
    }
    if (runs.members.length === 0) break;
    const suspect = inFlight.size === 0 ? suspects.shift() : undefined;
    const mayStart = suspects.length === 0 && inFlight.size < imagesInFlight;
    const target = suspect ?? (mayStart ? targets.take() : undefined);
    if (target === undefined) {
      if (inFlight.size === 0) break;
      await Promise.race(inFlight);
      continue;
    }
    await runs.ensureOpen();
    start(target, suspect !== undefined);
    if (suspect !== undefined) await Promise.all(inFlight);
  }
  await Promise.all(inFlight);
  if (fatal !== null) throw (fatal as { reason: unknown }).reason;
  runs.throwIfAllFailed();
}

interface Failure {
  /** Null: the process died over the image. */
  readonly code: ErrorCode | null;
  readonly message: string;
}

/** What one run's method says of one image. */
type Verdict =
  | { readonly member: ScanMember; readonly scored: ScoredImage }
  | { readonly member: ScanMember; readonly failure: Failure };

function sayOfAll(members: readonly ScanMember[], failure: Failure): Verdict[] {
  return members.map((member) => ({ member, failure }));
}

/** Asks the compute process; whatever it says against this image is a verdict, everything else is thrown. */
async function scoreImage(
  { runs, dataset, context }: ScanImages,
  target: ScanTarget,
): Promise<Verdict[] | 'crashed'> {
  const { inSession } = runs;
  try {
    const results = await runs.image({
      imagePath: join(dataset.root, fileOf(target)),
      className: target.className,
      ...(target.crop === undefined ? {} : { crop: target.crop }),
    });
    return inSession.map((member, index) => toVerdict(member, results[index]));
  } catch (thrown) {
    if (context.signal.aborted || !(thrown instanceof WorkbenchError)) throw thrown;
    const { code, message } = thrown;
    if (code === 'compute-crashed') return 'crashed';
    if (imageCodes.has(code)) return sayOfAll(inSession, { code, message });
    throw thrown;
  }
}

function toVerdict(member: ScanMember, result: MethodResults[number] | undefined): Verdict {
  if (result === undefined) {
    const message = 'The compute process does not answer for this method.';
    return { member, failure: { code: 'internal', message } };
  }
  if (!result.ok) return { member, failure: result.error };
  const { score, rows, columns, map, durationMs } = result;
  try {
    const patchMap = packPatchMap(rows, columns, map);
    return { member, scored: { score, rows, columns, patchMap, ...mapRange(map), durationMs } };
  } catch (thrown) {
    if (!(thrown instanceof WorkbenchError)) throw thrown;
    return { member, failure: { code: thrown.code, message: thrown.message } };
  }
}

/**
 * Stores what the runs say of an image in one transaction; a run that cannot go on is ended and stores nothing. Returns
 * whether any of them failed. Throws `not-found` where the data set's folder cannot be reached.
 */
async function storeVerdicts(
  { repositories, runs, dataset, context }: ScanImages,
  target: ScanTarget,
  verdicts: readonly Verdict[],
  startMs: number,
): Promise<boolean> {
  const takesPart = ({ member }: Verdict) => runs.members.includes(member);
  const isFailed = verdicts.some((verdict) => takesPart(verdict) && 'failure' in verdict);
  if (isFailed) await requireRoot(dataset);
  // Asked again: while the folder was looked at, another image may have ended a run.
  const stored = verdicts.filter(takesPart).filter((verdict) => {
    if ('scored' in verdict) {
      verdict.member.hasScores = true;
      return true;
    }
    const end = endOfRun(verdict.member, verdict.failure);
    if (end !== null) runs.fail(verdict.member, end);
    return end === null;
  });
  context.store(() => {
    for (const verdict of stored) {
      const runId = verdict.member.run.id;
      if ('scored' in verdict) repositories.results.storeScore(runId, target, verdict.scored);
      else {
        const message = withoutFileName(verdict.failure.message, join(dataset.root, fileOf(target)));
        repositories.results.storeFailure(runId, target, message, performance.now() - startMs);
      }
    }
  });
  return isFailed;
}

/** What ends a run: words that are not about the image, or nothing but failures inside the method. Null: it goes on. */
function endOfRun(member: ScanMember, { code, message }: Failure): WorkbenchError | null {
  if (code === null) return null;
  if (!imageCodes.has(code)) return new WorkbenchError(code, message);
  if (code !== 'internal' || member.hasScores) return null;
  member.defects += 1;
  if (member.defects < mostDefectsAtFirst) return null;
  return new WorkbenchError(
    'internal',
    `The first ${member.defects} images all failed inside the method, so the others were not tried: ${message} Try other settings or another model, and please report it.`,
  );
}

/** The same for all runs of a job. */
function scopeOf({ members }: ScanRuns, { id }: DatasetCore): ScanScope {
  return members[0]?.run ?? { datasetId: id };
}

/** The images that lack results, read from the database some at a time. */
function createTargetSource({ repositories, runs, dataset }: ScanImages) {
  let waiting: ScanTarget[] = [];
  let lastTaken = 0;
  return {
    take(): ScanTarget | undefined {
      if (waiting.length === 0) {
        const runIds = runs.members.map(({ run }) => run.id);
        waiting = repositories.results.nextTargets(runIds, scopeOf(runs, dataset), lastTaken, targetsAtOnce);
      }
      const target = waiting.shift();
      lastTaken = target?.imageId ?? lastTaken;
      return target;
    },
    /** After somebody left: what is waiting may lack only that run's result. */
    lookAgain(): void {
      waiting = [];
    },
  };
}

function createScanProgress({ repositories, runs, dataset, context, events }: ScanImages) {
  const runIds = () => runs.members.map(({ run }) => run.id);
  const scope = scopeOf(runs, dataset);
  const total = repositories.images.count(dataset.id, scope.className ?? null);
  let done = total - repositories.results.countTargets(runIds(), scope);
  let failures = repositories.results.countFailedImages(runIds());
  let lastRunEventMs = 0;
  const report = (path: string | null) => {
    const notRead = failures === 0 ? '' : `, ${failures} could not be scored`;
    const preparing = runs.members.length === 1 ? 'Preparing the method' : 'Preparing the methods';
    context.report({
      done,
      total: Math.max(total, done),
      message: path === null ? preparing : `${path}${notRead}`,
    });
  };
  return {
    begin: () => {
      report(null);
    },
    step(target: ScanTarget, isFailed: boolean) {
      done += 1;
      if (isFailed) failures += 1;
      report(target.path);
      if (performance.now() - lastRunEventMs < runEventEveryMs) return;
      lastRunEventMs = performance.now();
      for (const runId of runIds()) events.emit({ event: 'runs.changed', runId });
    },
  };
}

/** An unplugged drive must not turn into 50,000 broken images. */
async function requireRoot(dataset: DatasetCore): Promise<void> {
  try {
    await access(dataset.root);
  } catch (cause) {
    throw new WorkbenchError(
      'not-found',
      `The folder ${dataset.root} of «${dataset.name}» cannot be reached. Connect its drive or put it back, then resume.`,
      { cause },
    );
  }
}
