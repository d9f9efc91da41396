import { onTestFinished } from 'vitest';
import { createCheckpointServer, type CheckpointServer } from './checkpoint-server.ts';

/** A checkpoint server that is gone when the test is over. */
export async function startCheckpointServer(bytes: Buffer): Promise<CheckpointServer> {
  const server = await createCheckpointServer(bytes);
  onTestFinished(() => server.stop());
  return server;
}
