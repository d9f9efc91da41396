// What lives here: everything the workbench knows and decides; this folder itself holds how its parts are put together.
// What may not: hosts (electron, web, cli), ONNX Runtime, user interface packages, and any global state.
import type { WorkbenchEvent } from '../../src-shared/contract/events.ts';
import type { MethodName, MethodParams, MethodResult, Reply } from '../../src-shared/contract/methods.ts';
import type { ComputeSettings } from '../../src-shared/domain/compute-settings.ts';
import type { WatchTiming } from './datasets/folder-watch.ts';
import type { ComputeLauncher } from './compute-client/compute-launcher.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type Log = (level: LogLevel, message: string) => void;

export interface CoreOptions {
  /** Where database, thumbnails, models and prompts live; made when it is not there. */
  readonly dataFolder: string;
  /** The project's `assets/` folder. */
  readonly assetsFolder: string;
  /** The folder of the model that comes with the program; absent, or without a model in it: there is none. */
  readonly starterModelFolder?: string;
  /** The list of public checkpoints that can be downloaded; absent: none can. */
  readonly catalogueFile?: string;
  /** The folder of `0001-….sql`: `src-main/core/db/migrations` from source, its copy beside a bundle. */
  readonly migrationsFolder: string;
  readonly host: 'electron' | 'web' | 'cli';
  readonly version: string;
  readonly computeLauncher: ComputeLauncher;
  readonly log: Log;
  /**
   * Which waiting jobs this process runs: `all` also takes over what a process that is gone left behind; `own` runs only
   * what it made or resumed itself (a command must not start yesterday's scan). Default: `own` for the cli, else `all`.
   */
  readonly runJobs?: 'all' | 'own';
  /** Absent: the data folder was handed in and cannot be changed for the next start. */
  readonly dataFolderChoice?: DataFolderChoice;
  /** What the command line says of threads and providers, before the setting. */
  readonly computeSettings?: Partial<ComputeSettings>;
  /** For tests: shorter times. */
  readonly timing?: Partial<CoreTiming>;
  /** For tests: how patient watching a folder is. */
  readonly watchTiming?: Partial<WatchTiming>;
}

/** Why the data folder is the one it is, and where the next start without a word about it will look. */
export interface DataFolderChoice {
  readonly folder: string;
  /** `option`: `--data`; `environment`: `ANOMALY_WORKBENCH_DATA`; `chosen`: in the settings; else the usual place. */
  readonly origin: 'option' | 'environment' | 'chosen' | 'usual';
  readonly usualFolder: string;
  /** The folder chosen in the settings; null: the usual one. */
  next(): string | null;
  /** Null: the usual one again. Throws the file system's error where the choice cannot be kept. */
  choose(folder: string | null): void;
}

export interface CoreTiming {
  /** A job whose owner was silent for so long is taken over. */
  readonly leaseMs: number;
  /** How often leases are renewed and other processes' changes looked for. */
  readonly tickMs: number;
  /** How long the compute process may take to let go of a cancelled call before it is killed. */
  readonly abortGraceMs: number;
}

/**
 * An asset as the hosts send it on. `status` is an HTTP status; a file is streamed by the host from `filePath` (already
 * checked to lie under its data set's root), bytes are sent as they are, and 304 and errors have a body of `bytes` or none.
 */
export interface AssetResponse {
  readonly status: 200 | 304 | 400 | 403 | 404 | 415 | 500;
  readonly contentType: string;
  /** `etag`, `cache-control`, and whatever else belongs to the answer; names in lower case, without `content-type`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes?: Uint8Array;
  readonly filePath?: string;
}

export interface AssetAsking {
  /** The request's header. */
  readonly ifNoneMatch?: string | undefined;
  /** Whoever asks has gone away: what is not begun then is not made for them. */
  readonly signal?: AbortSignal | undefined;
}

export interface Core {
  /** Answers one message of a window: anything in, a reply out, never a rejection. */
  dispatch(request: unknown): Promise<Reply>;
  /** The same in process; rejects with a `WorkbenchError`. */
  call<N extends MethodName>(method: N, params: MethodParams<N>): Promise<MethodResult<N>>;
  subscribe(listener: (event: WorkbenchEvent) => void): () => void;
  /** `path` as in `contract/asset-paths.ts` (no origin, no query). */
  asset(path: string, asking?: AssetAsking): Promise<AssetResponse>;
  /** Hands running jobs back to the queue (the next start goes on with them) and ends the compute process. */
  close(): Promise<void>;
}
