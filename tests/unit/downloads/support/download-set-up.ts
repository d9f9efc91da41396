import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { downloadFile, type DownloadOptions } from '../../../../src-main/core/downloads/download-file.ts';
import type { PublishedFile } from '../../../../src-shared/domain/catalogue.ts';
import { publishedFile, someBytes } from '../../../support/checkpoint-server.ts';
import { startCheckpointServer } from '../../../support/start-checkpoint-server.ts';
import { testTransport } from '../../../support/test-transport.ts';

export const weights = someBytes(300_000);

/** A server with the weights, and a download from it into a folder of the test's own. */
export async function setUp(bytes = weights) {
  const folder = await mkdtemp(join(tmpdir(), 'download-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const server = await startCheckpointServer(bytes);
  const target = join(folder, 'weights.pt');
  const progress: (readonly [number, number | null, string])[] = [];
  const download = (file: PublishedFile, options: Partial<DownloadOptions> = {}) =>
    downloadFile({
      file,
      target,
      transport: testTransport(),
      signal: new AbortController().signal,
      advice: 'Fetch it elsewhere.',
      onProgress: (done, total, message) => {
        progress.push([done, total, message]);
        if (message === '') server.arrived(done);
      },
      checkSpace: () => Promise.resolve(),
      ...options,
    });
  return { folder, server, target, progress, download, file: publishedFile(server, bytes) };
}

export async function failure(promise: Promise<unknown>): Promise<{ code: string; message: string }> {
  return await promise.then(
    () => {
      throw new Error('It did not fail');
    },
    (error: unknown) => error as { code: string; message: string },
  );
}
