import type { ComputeUse } from '../../../src-shared/domain/compute-settings.ts';
import type { ComputeParams, ComputeResult } from '../../compute/protocol.ts';
import type { ComputeClient } from './compute-client.ts';
import { createLivingSession, openSession } from './living-session.ts';

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

/** `onCompute` is told what computes the session: when it was opened, and where that changed while it ran. */
export function createScanSession(
  client: ComputeClient,
  params: ComputeParams<'scan.open'>,
  onCompute: (use: ComputeUse) => void = () => undefined,
): ScanSession {
  const { ensure, inOneProcess, close } = createLivingSession(
    client,
    'scan.close',
    (signal) => openSession(client, 'scan.open', params, signal),
    ({ compute }) => {
      if (compute !== null) onCompute(compute);
    },
  );
  return {
    ensureOpen: async (signal) => (await ensure(signal)).methods,
    image: (image, signal) =>
      inOneProcess(signal, async ({ sessionId, generation }) => {
        const { results, compute } = await client.call(
          'scan.image',
          { ...image, sessionId },
          { signal, generation },
        );
        if (compute !== undefined) onCompute(compute);
        return results;
      }),
    close,
  };
}
