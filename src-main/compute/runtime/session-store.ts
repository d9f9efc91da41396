import type { Tensor as OrtTensor } from 'onnxruntime-node';
import { InferenceSession, listSupportedBackends } from 'onnxruntime-node';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { ProviderId } from '../../../src-shared/domain/compute-settings.ts';
import { physicalCores } from './physical-cores.ts';

export type Feeds = Readonly<Record<string, OrtTensor>>;
export type Fetched = Readonly<Record<string, OrtTensor>>;

/** A graph that can be run; whether its session is in memory just now is the store's business. */
export interface LoadedGraph {
  run(feeds: Feeds): Promise<Fetched>;
  /** Frees the session's memory and the lock that Windows holds on the weights. */
  release(): Promise<void>;
}

export interface LoadOptions {
  /**
   * Weights stay in the mapped file, which all graphs of a model and the system's file cache share, and are rearranged for each
   * product while it runs. For products of many rows that costs next to nothing (ViT-L: 0 % at 518 px, 4 % at 336) and saves
   * seconds of loading and 1.2 GB a graph; absent: ONNX Runtime copies them once, rearranged.
   */
  readonly mapWeights?: boolean;
  /** Tried in this order before the processor. */
  readonly providers?: readonly ProviderId[];
  /** Threads inside one operator; absent: the store's. */
  readonly threads?: number;
  /** Told whenever a session was made, and again where it fell back while running. */
  readonly onUse?: (use: GraphUse) => void;
}

/** What runs a graph. */
export interface GraphUse {
  readonly provider: ProviderId;
  readonly threads: number;
  /** Wanted providers that could not be used, with the reason. */
  readonly failures: ReadonlyMap<ProviderId, string>;
}

export interface SessionStore {
  /** `graph`: a file, or the bytes of one that points into no other file. */
  load(graph: string | Uint8Array, options?: LoadOptions): Promise<LoadedGraph>;
  /** Keeps at least `count` sessions in memory until the returned function is called: what a scan runs for every image. */
  reserve(count: number): () => void;
  releaseAll(): Promise<void>;
}

export interface SessionStoreOptions {
  /** Threads inside one operator; absent: one for each physical core. */
  readonly intraOpThreads?: number;
  /** Sessions kept in memory at a time (ViT-L at 518 px: 0.2 GB beside its mapped weights); the least recently used one makes room. */
  readonly maxSessions?: number;
}

/**
 * Holds ONNX Runtime sessions. `load` fails at once for a graph that cannot be loaded; a session that made room for another
 * is made again when it is run.
 */
export function createSessionStore(options: SessionStoreOptions = {}): SessionStore {
  const { maxSessions = 4, intraOpThreads = physicalCores() } = options;
  /** By a number of the loaded graph, least recently used first. */
  const live = new Map<number, Promise<MadeSession>>();
  const released = new Set<number>();
  const reserved = new Map<symbol, number>();
  let counter = 0;
  let last: Promise<unknown> = Promise.resolve();

  /** One thing at a time: no session may make room while it is being run, and ONNX Runtime has all threads anyway. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  }

  async function dispose(id: number): Promise<void> {
    const session = live.get(id);
    live.delete(id);
    await (await session?.catch(() => undefined))?.session.release();
  }

  async function sessionFor(id: number, source: GraphSource): Promise<MadeSession> {
    if (released.has(id)) throw new Error(`${nameOf(source.graph)} was released and cannot be run any more`);
    const known = live.get(id);
    const session = known ?? makeSession(source, intraOpThreads);
    live.delete(id);
    live.set(id, session);
    for (const other of live.keys()) {
      if (live.size <= Math.max(maxSessions, ...reserved.values())) break;
      if (other !== id) await dispose(other);
    }
    return session;
  }

  /** A provider may also fail at the first run, when it meets memory or a driver that it cannot use: then the next one runs. */
  async function run(id: number, source: GraphSource, feeds: Feeds): Promise<Fetched> {
    for (;;) {
      const { session, provider } = await sessionFor(id, source);
      try {
        return await session.run(feeds);
      } catch (error) {
        if (provider === 'cpu') throw error;
        source.failures.set(provider, messageOf(error));
        await dispose(id);
      }
    }
  }

  async function release(id: number): Promise<void> {
    released.add(id);
    await dispose(id);
  }

  return {
    async load(graph, options = {}) {
      const id = counter++;
      const source = { graph, ...options, failures: new Map<ProviderId, string>() };
      await inTurn(() =>
        sessionFor(id, source).catch(async (error: unknown) => {
          await dispose(id);
          throw error;
        }),
      );
      return {
        run: (feeds) => inTurn(() => run(id, source, feeds)),
        release: () => inTurn(() => release(id)),
      };
    },
    reserve(count) {
      const key = Symbol();
      reserved.set(key, count);
      return () => void reserved.delete(key);
    },
    releaseAll: () =>
      inTurn(async () => {
        for (const id of [...live.keys()]) await release(id);
      }),
  };
}

interface GraphSource extends LoadOptions {
  readonly graph: string | Uint8Array;
  /** Providers that are not tried again. */
  readonly failures: Map<ProviderId, string>;
}

interface MadeSession {
  readonly session: InferenceSession;
  readonly provider: ProviderId;
}

const nameOf = (graph: string | Uint8Array) => (typeof graph === 'string' ? graph : 'a graph in memory');

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** A session by the first provider that takes the graph. Throws `corrupt-file` where the processor cannot load it either. */
async function makeSession(source: GraphSource, storeThreads: number): Promise<MadeSession> {
  const { threads = storeThreads, failures, onUse } = source;
  for (const provider of source.providers ?? []) {
    if (failures.has(provider)) continue;
    // The binding takes unknown names silently out of its options, and the processor would pass for them.
    if (!listSupportedBackends().some(({ name }) => name === provider)) {
      failures.set(provider, 'ONNX Runtime has no such provider on this system');
      continue;
    }
    try {
      const session = await createSession(source, threads, provider);
      onUse?.({ provider, threads, failures });
      return { session, provider };
    } catch (error) {
      failures.set(provider, messageOf(error));
    }
  }
  try {
    const session = await createSession(source, threads, 'cpu');
    onUse?.({ provider: 'cpu', threads, failures });
    return { session, provider: 'cpu' };
  } catch (error) {
    throw new WorkbenchError(
      'corrupt-file',
      `The graph ${nameOf(source.graph)} cannot be loaded: ${messageOf(error)} Remove the model and import it again.`,
      { cause: error },
    );
  }
}

async function createSession(
  { graph, mapWeights = false }: GraphSource,
  intraOpNumThreads: number,
  provider: ProviderId,
): Promise<InferenceSession> {
  const options: InferenceSession.SessionOptions = {
    executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads,
    interOpNumThreads: 1,
    enableCpuMemArena: true,
    // DirectML cannot plan memory ahead.
    enableMemPattern: provider !== 'dml',
    logSeverityLevel: 3,
    extra: {
      session: {
        // Attention weights far from a query underflow; numbers below 1e-38 cost many cycles and mean nothing here.
        set_denormal_as_zero: '1',
        // Worker threads rest between images instead of spinning.
        force_spinning_stop: '1',
        ...(mapWeights ? { disable_prepacking: '1' } : {}),
      },
    },
  };
  // Two signatures, which TypeScript does not try one by one for a union.
  return typeof graph === 'string'
    ? await InferenceSession.create(graph, options)
    : await InferenceSession.create(graph, options);
}
