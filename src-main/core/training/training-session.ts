import type { ComputeParams, ComputeResult } from '../../compute/protocol.ts';
import { ComputeReplaced, type ComputeClient } from '../compute-client/compute-client.ts';
import { closeSession, openSession, type Session } from '../compute-client/living-session.ts';

export type StepResult = ComputeResult<'training.step'>;
type OpenParams = Omit<ComputeParams<'training.open'>, 'checkpointFile'>;

/** Prompts that are being learned in the compute process; they are lost with it. */
export interface TrainingSession {
  /**
   * Stands at the end of an epoch (0: at the beginning) when it resolves: where it stands already, else opened anew from the
   * epoch's checkpoint. Says whether it was opened.
   */
  standAt(epoch: number, checkpointFile: string | null): Promise<{ isNew: boolean }>;
  /** Sees to it that an image's features are kept. */
  prepare(image: number): Promise<ComputeResult<'training.prepare'>>;
  step(images: readonly number[], learningRate: number): Promise<StepResult>;
  /** Writes what was learned by the end of an epoch; returns the file's hash. */
  save(epoch: number, file: string, metadata: Readonly<Record<string, string>>): Promise<string>;
  /** Lets the process release its graphs; silent where it is gone. */
  close(): Promise<void>;
}

interface Opened extends Session {
  /** The epoch at whose end the parameters are; null: in the middle of one. */
  epoch: number | null;
}

/**
 * Every call but `standAt` rejects with `compute-crashed` or `ComputeReplaced` where the process it lives in is gone; then the
 * epoch begins again from the last checkpoint.
 */
export function createTrainingSession(
  client: ComputeClient,
  params: OpenParams,
  signal: AbortSignal,
): TrainingSession {
  let opened: Opened | null = null;

  function require(): Opened {
    if (opened === null) throw new ComputeReplaced();
    return opened;
  }

  async function close(): Promise<void> {
    const last = opened;
    opened = null;
    await closeSession(client, 'training.close', last);
  }

  return {
    async standAt(epoch, checkpointFile) {
      if (opened?.epoch === epoch && opened.generation === client.generation) return { isNew: false };
      await close();
      const session = await openSession(client, 'training.open', { ...params, checkpointFile }, signal);
      opened = { ...session, epoch };
      return { isNew: true };
    },
    async prepare(image) {
      const { sessionId, generation } = require();
      return await client.call('training.prepare', { sessionId, image }, { signal, generation });
    },
    async step(images, learningRate) {
      const session = require();
      const { sessionId, generation } = session;
      session.epoch = null;
      return await client.call(
        'training.step',
        { sessionId, images: [...images], learningRate },
        { signal, generation },
      );
    },
    async save(epoch, file, metadata) {
      const session = require();
      const { sessionId, generation } = session;
      const { sha256 } = await client.call(
        'training.save',
        { sessionId, file, metadata: { ...metadata } },
        { signal, generation },
      );
      session.epoch = epoch;
      return sha256;
    },
    close,
  };
}
