import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { ComputeSettings } from '../../../src-shared/domain/compute-settings.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { ComputeClient } from '../compute-client/compute-client.ts';
import {
  createScanSession,
  type MethodResults,
  type OpenedMethods,
  type ScanImage,
  type ScanSession,
} from '../compute-client/scan-session.ts';
import type { DatasetCore } from '../db/datasets-repository.ts';
import type { Repositories } from '../db/repositories.ts';
import type { EventBus } from '../event-bus.ts';
import type { LibraryFolders } from '../library/library-folders.ts';
import type { JobContext } from '../jobs/job-kind.ts';
import { prepareRun, type PreparedRun } from './run-inputs.ts';
import { classNamesOf } from './run-references.ts';

export interface ScanRunsOptions {
  readonly repositories: Repositories;
  readonly compute: ComputeClient;
  readonly folders: LibraryFolders;
  readonly events: EventBus;
  readonly dataset: DatasetCore;
  readonly context: JobContext;
  /** As they are now; a session keeps those that it was opened with. */
  readonly computeSettings: () => ComputeSettings;
}

/** A run that takes part in a pass. */
export interface ScanMember {
  readonly run: Run;
  readonly prepared: PreparedRun;
  rendering: Run['rendering'];
  hasScores: boolean;
  /** Images that failed inside its method before one was scored. */
  defects: number;
}

/** The runs that share a pass over the images: who still takes part, and the session their methods are open in. */
export interface ScanRuns {
  /** Runs that still take part. */
  readonly members: readonly ScanMember[];
  /** The members whose results the session gives, in its order. Stays the same between two `renew`s. */
  readonly inSession: readonly ScanMember[];
  /** Whether somebody in the session takes part no more, so that its method would be computed for nothing. */
  isOutdated(): boolean;
  /** Lets the session go; call it when no image is on its way. The next `ensureOpen` opens one for who is left. */
  renew(): Promise<void>;
  /**
   * Opens the session where the compute process is new; one that dies over it is given three chances. A method that
   * cannot be prepared leaves the pass with its reason.
   */
  ensureOpen(): Promise<void>;
  image(image: ScanImage): Promise<MethodResults>;
  /** Ends one run of the pass; the others go on. */
  fail(member: ScanMember, error: WorkbenchError): void;
  /** Throws the first run's reason where every run of the job failed. */
  throwIfAllFailed(): void;
  close(): Promise<void>;
}

const openAttempts = 3;

/**
 * Takes up every run of the job that lacks results; those that cannot be made with what is installed are marked with the
 * reason.
 */
export function createScanRuns(options: ScanRunsOptions): ScanRuns {
  const { repositories, compute, events, dataset, context } = options;
  const failures = new Map<number, WorkbenchError>();
  let members: ScanMember[] = [];
  let inSession: readonly ScanMember[] = [];
  let session: ScanSession | null = null;
  let seen: OpenedMethods | null = null;
  /** Members whose results the session is worth its time for. */
  let served = 0;

  function mark(runId: number, error: WorkbenchError): void {
    failures.set(runId, error);
    const { code, message } = error;
    context.store(() => {
      repositories.runs.setError(runId, { code, message });
    });
    events.emit({ event: 'runs.changed', runId });
  }

  for (const run of repositories.runs.ofJob(context.jobId)) {
    context.store(() => {
      repositories.runs.setError(run.id, null);
    });
    if (repositories.results.countTargets([run.id], run) === 0) continue;
    try {
      const prepared = context.store(() => prepareRun({ ...options, root: dataset.root }, run));
      const hasScores = run.scoredCount > 0;
      members.push({ run, prepared, rendering: run.rendering, hasScores, defects: 0 });
    } catch (thrown) {
      if (context.signal.aborted || !(thrown instanceof WorkbenchError)) throw thrown;
      mark(run.id, thrown);
    }
  }

  function open(): ScanSession {
    inSession = members;
    served = members.length;
    const model = inSession.find(({ prepared }) => prepared.model !== null)?.prepared.model ?? null;
    const withModel = inSession.filter(({ prepared }) => prepared.model !== null);
    return createScanSession(
      compute,
      {
        model,
        classNames: [...classNamesOf(repositories, inSession[0]?.run ?? { datasetId: dataset.id })],
        methods: inSession.map(({ prepared }) => prepared.method),
        compute: options.computeSettings(),
      },
      (use) => {
        context.store(() => {
          for (const { run } of withModel) repositories.runs.setCompute(run.id, use);
        });
      },
    );
  }

  function fail(member: ScanMember, error: WorkbenchError): void {
    if (!members.includes(member)) return;
    members = members.filter((other) => other !== member);
    mark(member.run.id, error);
  }

  /** What the session says of each method, once for each time it was opened. */
  function look(opened: OpenedMethods): void {
    if (opened === seen) return;
    seen = opened;
    for (const [index, member] of inSession.entries()) {
      const method = opened[index];
      if (method?.ok !== true) {
        const { code = 'internal', message = 'The compute process does not answer for it.' } =
          method?.error ?? {};
        fail(member, new WorkbenchError(code, message));
        continue;
      }
      const { rendering } = method;
      const { sizePx, sigmaPx } = member.rendering;
      if (rendering.sizePx === sizePx && rendering.sigmaPx === sigmaPx) continue;
      context.store(() => {
        repositories.runs.setRendering(member.run.id, rendering);
      });
      member.rendering = rendering;
    }
    // What could not be prepared costs nothing: no reason for another session.
    served = members.length;
  }

  return {
    get members() {
      return members;
    },
    get inSession() {
      return inSession;
    },
    isOutdated() {
      const live = new Set(repositories.runs.idsOfJob(context.jobId));
      if (members.some(({ run }) => !live.has(run.id)))
        members = members.filter(({ run }) => live.has(run.id));
      return session !== null && served !== members.length;
    },
    async renew() {
      const old = session;
      session = null;
      seen = null;
      await old?.close();
    },
    async ensureOpen() {
      session ??= open();
      for (let attempt = 1; ; attempt++) {
        try {
          look(await session.ensureOpen(context.signal));
          return;
        } catch (thrown) {
          const crashed = thrown instanceof WorkbenchError && thrown.code === 'compute-crashed';
          if (!crashed || attempt >= openAttempts) throw thrown;
        }
      }
    },
    image(image) {
      session ??= open();
      return session.image(image, context.signal);
    },
    fail,
    throwIfAllFailed() {
      const live = repositories.runs.idsOfJob(context.jobId);
      const [first] = live;
      const reason = first === undefined ? undefined : failures.get(first);
      if (reason !== undefined && live.every((runId) => failures.has(runId))) throw reason;
    },
    async close() {
      await session?.close();
    },
  };
}
