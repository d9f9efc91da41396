import { WorkbenchError, type ErrorCode } from '../../../src-shared/contract/errors.ts';
import type { MapRendering } from '../../../src-shared/domain/method.ts';
import type { ComputeParams, ComputeResult } from '../../compute/protocol.ts';
import { ComputeReplaced, type ComputeClient } from '../compute-client/compute-client.ts';
import type { ResolvedPrompts } from './resolve-prompts.ts';

/** A bench in whichever compute process lives at the moment. */
export interface BenchSession {
  ensureOpen(signal: AbortSignal): Promise<MapRendering>;
  /**
   * Every image's result. Features are made first of those that have none yet, each told by `onPrepared`; what is wrong with an image
   * is said in its result.
   */
  score(
    prompts: ResolvedPrompts,
    onPrepared: (done: number) => void,
    signal: AbortSignal,
  ): Promise<readonly ComputeResult<'bench.score'>['results'][number][]>;
  /** Silent where the process is gone. */
  close(): Promise<void>;
}

interface OpenSession {
  readonly generation: number;
  readonly sessionId: number;
  readonly rendering: MapRendering;
  /** By index: features are in memory, or cannot be had. */
  readonly prepared: Set<number>;
}

/** What is not said against one image, and ends the preparing. */
const notOfTheImage: ReadonlySet<ErrorCode> = new Set(['compute-crashed', 'cancelled', 'unavailable']);

export function createBenchSession(client: ComputeClient, params: ComputeParams<'bench.open'>): BenchSession {
  let session: OpenSession | null = null;
  let opening: Promise<OpenSession> | null = null;

  async function openNow(signal: AbortSignal): Promise<OpenSession> {
    let generation = 0;
    const opened = await client.call('bench.open', params, {
      signal,
      onSent: (sentTo) => {
        generation = sentTo;
      },
    });
    session = { generation, ...opened, prepared: new Set() };
    return session;
  }

  function ensure(signal: AbortSignal): Promise<OpenSession> {
    if (session !== null && session.generation === client.generation) return Promise.resolve(session);
    opening ??= openNow(signal).finally(() => {
      opening = null;
    });
    return opening;
  }

  /** Again from the beginning where somebody else's cancelling replaced the process. */
  async function inOneProcess<T>(signal: AbortSignal, work: (open: OpenSession) => Promise<T>): Promise<T> {
    for (;;) {
      const open = await ensure(signal);
      try {
        return await work(open);
      } catch (thrown) {
        if (!(thrown instanceof ComputeReplaced)) throw thrown;
      }
    }
  }

  return {
    ensureOpen: async (signal) => (await ensure(signal)).rendering,
    score: (prompts, onPrepared, signal) =>
      inOneProcess(signal, async ({ sessionId, generation, prepared }) => {
        for (const image of params.images.keys()) {
          if (prepared.has(image)) continue;
          try {
            await client.call('bench.prepare', { sessionId, image }, { signal, generation });
          } catch (thrown) {
            if (!(thrown instanceof WorkbenchError) || notOfTheImage.has(thrown.code)) throw thrown;
          }
          prepared.add(image);
          onPrepared(prepared.size);
        }
        const scored = await client.call('bench.score', { sessionId, ...prompts }, { signal, generation });
        return scored.results;
      }),
    async close() {
      const last = session;
      session = null;
      if (last === null || last.generation !== client.generation) return;
      await client
        .call('bench.close', { sessionId: last.sessionId }, { generation: last.generation })
        .catch(() => undefined);
    },
  };
}
