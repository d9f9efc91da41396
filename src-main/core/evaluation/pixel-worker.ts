/* The entry of a worker thread that counts pixels; see `pixel-workers.ts`. A bundle of its own in out/main. */
import { parentPort, workerData } from 'node:worker_threads';
import { toErrorShape } from '../../../src-shared/contract/errors.ts';
import { createPixelService } from './pixel-service.ts';
import type { PixelWorkerData, PixelWorkerReply, PixelWorkerRequest } from './pixel-worker-protocol.ts';

const imagesAReport = 8;

function serve(port: NonNullable<typeof parentPort>, data: PixelWorkerData): void {
  const send = (reply: PixelWorkerReply) => {
    port.postMessage(reply);
  };
  let unreported = 0;
  const answer = createPixelService(data, () => {
    if (++unreported < imagesAReport) return;
    send({ kind: 'progress', images: unreported });
    unreported = 0;
  });
  port.on('message', (request: PixelWorkerRequest) => {
    answer(request).then(
      (result) => {
        send({ kind: 'done', result });
      },
      (thrown: unknown) => {
        send({ kind: 'failed', error: toErrorShape(thrown) });
      },
    );
  });
}

if (parentPort !== null) serve(parentPort, workerData as PixelWorkerData);
