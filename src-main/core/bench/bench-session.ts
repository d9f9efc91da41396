import { WorkbenchError, type ErrorCode } from '../../../src-shared/contract/errors.ts';
import type { MapRendering } from '../../../src-shared/domain/method.ts';
import type { ComputeParams, ComputeResult } from '../../compute/protocol.ts';
import type { ComputeClient } from '../compute-client/compute-client.ts';
import { createLivingSession, openSession } from '../compute-client/living-session.ts';
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

/** What is not said against one image, and ends the preparing. */
const notOfTheImage: ReadonlySet<ErrorCode> = new Set(['compute-crashed', 'cancelled', 'unavailable']);

export function createBenchSession(client: ComputeClient, params: ComputeParams<'bench.open'>): BenchSession {
  const { ensure, inOneProcess, close } = createLivingSession(client, 'bench.close', async (signal) => ({
    ...(await openSession(client, 'bench.open', params, signal)),
    /** By index: features are in memory, or cannot be had. */
    prepared: new Set<number>(),
  }));

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
    close,
  };
}
