import { WorkbenchError, type ErrorShape } from '../../../src-shared/contract/errors.ts';
import type { MapRendering } from '../../../src-shared/domain/method.ts';
import type { ComputeParams, ComputeResult } from '../../compute/protocol.ts';
import { ComputeReplaced, type ComputeClient } from './compute-client.ts';

/** A method set up for a run, in whichever compute process lives at the moment. */
export interface ScanSession {
  /** Opens it where it is not open in the living process; does nothing where it is. */
  ensureOpen(signal: AbortSignal): Promise<MapRendering>;
  /** Rejects with `compute-crashed` when the process died over it; the next call opens a new session. */
  image(imagePath: string, className: string, signal: AbortSignal): Promise<MethodResult>;
  /** Lets the process release its graphs; silent where it is gone. */
  close(): Promise<void>;
}

/** What the one method of this session says of one image. */
export type MethodResult = Extract<ComputeResult<'scan.image'>['results'][number], { ok: true }>;

interface OpenSession {
  readonly generation: number;
  readonly opened: ComputeResult<'scan.open'>;
}

export function createScanSession(client: ComputeClient, params: ComputeParams<'scan.open'>): ScanSession {
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
      const [method] = (await ensure(signal)).opened.methods;
      if (method?.ok === true) return method.rendering;
      throw asError(method?.error);
    },
    async image(imagePath, className, signal) {
      for (;;) {
        const { opened, generation } = await ensure(signal);
        try {
          const { results } = await client.call(
            'scan.image',
            { sessionId: opened.sessionId, imagePath, className },
            { signal, generation },
          );
          const [result] = results;
          if (result?.ok === true) return result;
          throw asError(result?.error);
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

function asError(error: ErrorShape | undefined): WorkbenchError {
  return new WorkbenchError(error?.code ?? 'internal', error?.message ?? 'The answer names no method.');
}
