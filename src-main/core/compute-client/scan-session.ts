import type { ComputeUse } from '../../../src-shared/domain/compute-settings.ts';
import type { ComputeParams, ComputeResult } from '../../compute/protocol.ts';
import { ComputeReplaced, type ComputeClient } from './compute-client.ts';

/** What became of each method of a session, in their order. */
export type OpenedMethods = ComputeResult<'scan.open'>['methods'];
/** What each method of a session says of one image, in their order. */
export type MethodResults = ComputeResult<'scan.image'>['results'];
export type ScanImage = Omit<ComputeParams<'scan.image'>, 'sessionId'>;

/** Methods set up for one pass over a data set, in whichever compute process lives at the moment. */
export interface ScanSession {
  /** Opens it where it is not open in the living process; does nothing where it is. */
  ensureOpen(signal: AbortSignal): Promise<OpenedMethods>;
  /** Rejects with `compute-crashed` when the process died over it; the next call opens a new session. */
  image(image: ScanImage, signal: AbortSignal): Promise<MethodResults>;
  /** Lets the process release its graphs; silent where it is gone. */
  close(): Promise<void>;
}

interface OpenSession {
  readonly generation: number;
  readonly opened: ComputeResult<'scan.open'>;
}

/** `onCompute` is told what computes the session: when it was opened, and where that changed while it ran. */
export function createScanSession(
  client: ComputeClient,
  params: ComputeParams<'scan.open'>,
  onCompute: (use: ComputeUse) => void = () => undefined,
): ScanSession {
  let session: OpenSession | null = null;
  let opening: Promise<OpenSession> | null = null;

  async function openNow(signal: AbortSignal): Promise<OpenSession> {
    let generation = 0;
    const opened = await client.call('scan.open', params, {
      signal,
      onSent: (sentTo) => {
        generation = sentTo;
      },
    });
    session = { generation, opened };
    if (opened.compute !== null) onCompute(opened.compute);
    return session;
  }

  function ensure(signal: AbortSignal): Promise<OpenSession> {
    if (session !== null && session.generation === client.generation) return Promise.resolve(session);
    opening ??= openNow(signal).finally(() => {
      opening = null;
    });
    return opening;
  }

  return {
    async ensureOpen(signal) {
      return (await ensure(signal)).opened.methods;
    },
    async image(image, signal) {
      for (;;) {
        const { opened, generation } = await ensure(signal);
        try {
          const { results, compute } = await client.call(
            'scan.image',
            { ...image, sessionId: opened.sessionId },
            { signal, generation },
          );
          if (compute !== undefined) onCompute(compute);
          return results;
        } catch (thrown) {
          if (!(thrown instanceof ComputeReplaced)) throw thrown;
        }
      }
    },
    async close() {
      const last = session;
      session = null;
      if (last === null || last.generation !== client.generation) return;
      await client
        .call('scan.close', { sessionId: last.opened.sessionId }, { generation: last.generation })
        .catch(() => undefined);
    },
  };
}
