import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { WorkbenchError, type ErrorCode } from '../../../src-shared/contract/errors.ts';
import { idSchema } from '../../../src-shared/domain/dataset.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { packPatchMap } from '../../../src-shared/maps/patch-map-codec.ts';
import { withoutFileName } from '../../images/image-errors.ts';
import type { ComputeClient } from '../compute-client/compute-client.ts';
import { createScanSession, type ScanSession } from '../compute-client/scan-session.ts';
import type { DatasetCore } from '../db/datasets-repository.ts';
import type { Repositories } from '../db/repositories.ts';
import type { ScanTarget, ScoredImage } from '../db/results-repository.ts';
import type { EventBus } from '../event-bus.ts';
import type { LibraryFolders } from '../library-folders.ts';
import { computeImageAuroc } from './image-auroc.ts';
import { defineJobKind, type JobContext } from './job-kind.ts';
import { mapRange } from './map-range.ts';

export const scanPayloadSchema = z.object({ runId: idSchema });

export interface ScanJobOptions {
  readonly repositories: Repositories;
  readonly compute: ComputeClient;
  readonly folders: LibraryFolders;
  readonly events: EventBus;
}

/** Two images on their way, so that one is read while the other is computed. */
const imagesInFlight = 2;
const targetsAtOnce = 64;
const openAttempts = 3;
/** A window reads the run again at most this often while it grows. */
const runEventEveryMs = 500;

const crashMessage = 'the compute process stopped while reading this image';

/** What the compute process may say against one image. Anything else would be said of every image, and ends the scan. */
const imageCodes: ReadonlySet<ErrorCode> = new Set([
  'unreadable',
  'unsupported',
  'corrupt-file',
  'too-large',
  'internal',
]);
/** So many images that fail inside the method before one is scored are the method's fault, not theirs. */
const mostDefectsAtFirst = 8;

/** Scores every image of a run's data set that has no result yet: starting, resuming and catching up are the same. */
export function createScanJobKind(options: ScanJobOptions) {
  const { repositories, events } = options;
  return defineJobKind({
    kind: 'scan',
    lane: 'compute',
    payloadSchema: scanPayloadSchema,
    async run({ runId }, context) {
      const run = repositories.runs.get(runId);
      const dataset = run === null ? null : repositories.datasets.getCore(run.datasetId);
      if (run === null || dataset === null) {
        throw new WorkbenchError(
          'not-found',
          'The run or its data set was removed; there is nothing to scan.',
        );
      }
      const session = createScanSession(options.compute, sessionParams(options, run));
      try {
        await scanImages({ ...options, run, dataset, session, context });
      } finally {
        const closing = session.close();
        // A cancelled scan's session is closed as well, or its weights would stay in memory, but nobody waits for it.
        if (!context.signal.aborted) await closing;
      }
    },
    onSettled({ runId }) {
      const run = repositories.runs.get(runId);
      if (run === null) return;
      repositories.runs.setImageAuroc(runId, computeImageAuroc(repositories, runId, run.datasetId));
      events.emit({ event: 'runs.changed', runId });
    },
  });
}

/** Throws `not-found` where model or prompts were removed since the run was made. */
function sessionParams({ repositories, folders }: ScanJobOptions, run: Run) {
  const model = run.modelId === null ? null : repositories.models.get(run.modelId);
  if (run.modelId !== null && model === null) {
    throw new WorkbenchError(
      'not-found',
      `The model «${run.modelId}» of this run was removed. Import it again under the same name, then resume.`,
    );
  }
  const prompts = run.promptSetId === null ? null : repositories.promptSets.get(run.promptSetId);
  if (run.promptSetId !== null && prompts === null) {
    throw new WorkbenchError(
      'not-found',
      'The learned prompts of this run were removed. Import them again and start a new run.',
    );
  }
  return {
    methodId: run.methodId,
    model: model === null ? null : { folder: folders.model(model.id), config: model.config },
    promptFile: prompts === null ? null : folders.promptFile(prompts.storedFile),
    settings: run.settings,
    classNames: repositories.images.classNames(run.datasetId),
  };
}

interface ScanImages extends ScanJobOptions {
  readonly run: Run;
  readonly dataset: DatasetCore;
  readonly session: ScanSession;
  readonly context: JobContext;
}

async function scanImages(scan: ScanImages): Promise<void> {
  const { repositories, run, dataset, context } = scan;
  const { signal } = context;
  const takeTarget = createTargetSource(scan);
  /** Images under which the process died once. They go alone, so that the second time there is no doubt whose fault it was. */
  const suspects: ScanTarget[] = [];
  const inFlight = new Set<Promise<void>>();
  const progress = createScanProgress(scan);
  let fatal: { reason: unknown } | null = null;
  let scoredAny = run.scoredCount > 0;
  let defects = 0;

  async function score(target: ScanTarget, isSuspect: boolean): Promise<void> {
    const startMs = performance.now();
    const outcome = await scoreImage(scan, target);
    if (outcome.kind === 'scored') {
      context.store(() => {
        repositories.results.storeScore(run.id, target, outcome.scored);
      });
      scoredAny = true;
      progress.scored(target);
      return;
    }
    if (outcome.kind === 'crashed' && !isSuspect) {
      suspects.push(target);
      return;
    }
    await requireRoot(dataset);
    const message = outcome.kind === 'crashed' ? crashMessage : outcome.message;
    if (outcome.kind === 'failed' && outcome.code === 'internal' && !scoredAny) defects += 1;
    if (defects >= mostDefectsAtFirst) {
      throw new WorkbenchError(
        'internal',
        `The first ${defects} images all failed inside the method, so the others were not tried: ${message} Try other settings or another model, and please report it.`,
      );
    }
    context.store(() => {
      const ofImage = withoutFileName(message, join(dataset.root, target.path));
      repositories.results.storeFailure(run.id, target, ofImage, performance.now() - startMs);
    });
    progress.failed(target);
  }

  function start(target: ScanTarget, isSuspect: boolean): void {
    const work: Promise<void> = score(target, isSuspect)
      .catch((reason: unknown) => {
        fatal ??= { reason };
      })
      .finally(() => inFlight.delete(work));
    inFlight.add(work);
  }

  const openSession = createSessionOpener(scan);
  progress.begin();
  for (;;) {
    if (fatal !== null) break;
    signal.throwIfAborted();
    const suspect = inFlight.size === 0 ? suspects.shift() : undefined;
    const mayStart = suspects.length === 0 && inFlight.size < imagesInFlight;
    const target = suspect ?? (mayStart ? takeTarget() : undefined);
    if (target === undefined) {
      if (inFlight.size === 0) return;
      await Promise.race(inFlight);
      continue;
    }
    await openSession();
    start(target, suspect !== undefined);
    if (suspect !== undefined) await Promise.all(inFlight);
  }
  await Promise.all(inFlight);
  throw (fatal as { reason: unknown }).reason;
}

type ImageOutcome =
  | { readonly kind: 'scored'; readonly scored: ScoredImage }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: 'crashed' };

/** Asks the compute process; whatever it says against this image is an outcome, everything else is thrown. */
async function scoreImage(
  { session, dataset, context }: ScanImages,
  target: ScanTarget,
): Promise<ImageOutcome> {
  const { signal } = context;
  try {
    const result = await session.image(join(dataset.root, target.path), target.className, signal);
    const { score, rows, columns, map, durationMs } = result;
    const patchMap = packPatchMap(rows, columns, map);
    return { kind: 'scored', scored: { score, rows, columns, patchMap, ...mapRange(map), durationMs } };
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof WorkbenchError)) throw thrown;
    const { code, message } = thrown;
    if (code === 'compute-crashed') return { kind: 'crashed' };
    if (imageCodes.has(code)) return { kind: 'failed', code, message };
    throw thrown;
  }
}

/** Opens the session where the compute process is new; a process that dies over it is given three chances. */
function createSessionOpener({ session, context, repositories, run }: ScanImages): () => Promise<void> {
  let stored = run.rendering;
  return async () => {
    for (let attempt = 1; ; attempt++) {
      try {
        const rendering = await session.ensureOpen(context.signal);
        if (rendering.sizePx === stored.sizePx && rendering.sigmaPx === stored.sigmaPx) return;
        context.store(() => {
          repositories.runs.setRendering(run.id, rendering);
        });
        stored = rendering;
        return;
      } catch (thrown) {
        const crashed = thrown instanceof WorkbenchError && thrown.code === 'compute-crashed';
        if (!crashed || attempt >= openAttempts) throw thrown;
      }
    }
  };
}

/** The images without a result, read from the database some at a time. */
function createTargetSource({ repositories, run }: ScanImages): () => ScanTarget | undefined {
  let waiting: ScanTarget[] = [];
  let lastImageId = 0;
  return () => {
    if (waiting.length === 0) {
      waiting = repositories.results.nextTargets(run.id, run.datasetId, lastImageId, targetsAtOnce);
      lastImageId = waiting.at(-1)?.imageId ?? lastImageId;
    }
    return waiting.shift();
  };
}

function createScanProgress({ run, context, events }: ScanImages) {
  let done = run.scoredCount + run.failedCount;
  let failures = run.failedCount;
  let lastRunEventMs = 0;
  const report = (path: string | null) => {
    const notRead = failures === 0 ? '' : `, ${failures} could not be scored`;
    context.report({
      done,
      total: Math.max(run.imageCount, done),
      message: path === null ? 'Preparing the method' : `${path}${notRead}`,
    });
  };
  const step = (target: ScanTarget) => {
    done += 1;
    report(target.path);
    if (performance.now() - lastRunEventMs < runEventEveryMs) return;
    lastRunEventMs = performance.now();
    events.emit({ event: 'runs.changed', runId: run.id });
  };
  return {
    begin: () => {
      report(null);
    },
    scored: step,
    failed(target: ScanTarget) {
      failures += 1;
      step(target);
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
