import type { MethodName, MethodResult, ParsedParams } from '../../../src-shared/contract/methods.ts';
import type { CoreOptions } from '../core.ts';
import type { PreviewPictures } from '../datasets/preview-pictures.ts';
import type { DatasetWatcher } from '../datasets/watch-datasets.ts';
import type { PromptBenches } from '../bench/prompt-benches.ts';
import type { ComputeClient } from '../compute-client/compute-client.ts';
import type { Database } from '../db/database.ts';
import type { Repositories } from '../db/repositories.ts';
import type { CheckpointCatalogue } from '../downloads/catalogue.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import type { ReportWriter } from '../exports/report-writer.ts';
import type { PixelIntervalsWork } from '../evaluation/pixel-intervals.ts';
import type { MapProfiler } from '../evaluation/map-profiler.ts';
import type { EventBus } from '../event-bus.ts';
import type { JobQueue } from '../jobs/job-queue.ts';
import type { LibraryFolders } from '../library/library-folders.ts';
import type { Purge } from '../purge.ts';
import type { FeatureCacheLimit } from '../library/feature-cache-limit.ts';
import type { ThumbnailLimit } from '../library/thumbnail-limit.ts';
import type { StarterModel } from '../library/starter-model.ts';

/** Gets parameters that were parsed; what it returns is parsed before it leaves. Throws `WorkbenchError`s. */
export type Handler<N extends MethodName> = (
  params: ParsedParams<N>,
) => MethodResult<N> | Promise<MethodResult<N>>;

/** The methods whose name begins with `domain.`: one file answers all of them, the compiler asks for each. */
export type DomainHandlers<Domain extends string> = {
  readonly [N in Extract<MethodName, `${Domain}.${string}`>]: Handler<N>;
};

/** What handlers work with. */
export interface Services {
  readonly options: CoreOptions;
  readonly database: Database;
  readonly repositories: Repositories;
  readonly folders: LibraryFolders;
  readonly events: EventBus;
  readonly queue: JobQueue;
  readonly compute: ComputeClient;
  readonly purge: Purge;
  readonly watcher: DatasetWatcher;
  readonly previewPictures: PreviewPictures;
  readonly starterModel: StarterModel;
  readonly evaluator: Evaluator;
  readonly writeReport: ReportWriter;
  readonly mapProfiler: MapProfiler;
  readonly pixelIntervals: PixelIntervalsWork;
  readonly catalogue: CheckpointCatalogue;
  readonly thumbnailLimit: ThumbnailLimit;
  readonly featureCacheLimit: FeatureCacheLimit;
  readonly promptBenches: PromptBenches;
  /** The last lines of the log. */
  readonly logLines: () => readonly string[];
  /** Aborted when the core closes. */
  readonly closing: AbortSignal;
}
