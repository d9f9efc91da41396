import type { ComputeParams, ComputeResult } from '../../compute/protocol.ts';
import { ComputeReplaced, type ComputeClient } from './compute-client.ts';

type Subject = 'scan' | 'bench' | 'training';

/** Something opened in the compute process of one generation; it is gone with it. */
export interface Session {
  readonly generation: number;
  readonly sessionId: number;
}

/** Opens a session and notes which process it lives in. */
export async function openSession<N extends `${Subject}.open`>(
  client: ComputeClient,
  method: N,
  params: ComputeParams<N>,
  signal: AbortSignal,
): Promise<ComputeResult<N> & { readonly generation: number }> {
  let generation = 0;
  const onSent = (sentTo: number) => {
    generation = sentTo;
  };
  const opened = await client.call(method, params, { signal, onSent });
  return { ...opened, generation };
}

/** Lets the process release what it holds; silent where it is gone, or there is nothing to close. */
export async function closeSession(
  client: ComputeClient,
  method: `${Subject}.close`,
  session: Session | null,
): Promise<void> {
  if (session === null || session.generation !== client.generation) return;
  const { sessionId, generation } = session;
  await client.call(method, { sessionId }, { generation }).catch(() => undefined);
}

/** A session in whichever compute process lives at the moment. */
export interface LivingSession<S extends Session> {
  /** Opens it where it is not open in the living process, once for all who ask meanwhile. */
  ensure(signal: AbortSignal): Promise<S>;
  /** Work of one process: again from the beginning where somebody else's cancelling replaced it. */
  inOneProcess<T>(signal: AbortSignal, work: (session: S) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** `onOpened` is told each session once it is one that `close` would close. */
export function createLivingSession<S extends Session>(
  client: ComputeClient,
  closeMethod: `${Subject}.close`,
  open: (signal: AbortSignal) => Promise<S>,
  onOpened: (session: S) => void = () => undefined,
): LivingSession<S> {
  let session: S | null = null;
  let opening: Promise<S> | null = null;

  async function openNow(signal: AbortSignal): Promise<S> {
    const opened = await open(signal);
    session = opened;
    onOpened(opened);
    return opened;
  }

  function ensure(signal: AbortSignal): Promise<S> {
    if (session !== null && session.generation === client.generation) return Promise.resolve(session);
    opening ??= openNow(signal).finally(() => {
      opening = null;
    });
    return opening;
  }

  return {
    ensure,
    async inOneProcess(signal, work) {
      for (;;) {
        const living = await ensure(signal);
        try {
          return await work(living);
        } catch (thrown) {
          if (!(thrown instanceof ComputeReplaced)) throw thrown;
        }
      }
    },
    async close() {
      const last = session;
      session = null;
      await closeSession(client, closeMethod, last);
    },
  };
}
