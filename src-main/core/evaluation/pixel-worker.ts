/* The entry of a worker thread that counts pixels; see `pixel-workers.ts`. A bundle of its own in out/main. */
import { parentPort, workerData } from 'node:worker_threads';
import { toErrorShape } from '../../../src-shared/contract/errors.ts';
import { finishBins } from '../../../src-shared/metrics/finish-bins.ts';
import { MeasureShard } from './measure-shard.ts';
import type {
  PixelWorkerData,
  PixelWorkerReply,
  PixelWorkerRequest,
  PixelWorkerResults,
} from './pixel-worker-protocol.ts';

const imagesAReport = 8;

function serve(port: NonNullable<typeof parentPort>, { index, memories }: PixelWorkerData): void {
  let current: MeasureShard | null = null;
  let unreported = 0;
  const send = (reply: PixelWorkerReply) => {
    port.postMessage(reply);
  };
  const report = (images: number) => {
    unreported += images;
    if (unreported < imagesAReport) return;
    send({ kind: 'progress', images: unreported });
    unreported = 0;
  };
  const requireShard = () => {
    if (current === null) throw new Error('a class was not opened');
    return current;
  };
  const requireMemory = (place: number) => {
    const memory = memories[place];
    if (memory === undefined) throw new Error(`there is no memory ${place}`);
    return memory;
  };

  async function answer(request: PixelWorkerRequest): Promise<PixelWorkerResults[keyof PixelWorkerResults]> {
    switch (request.kind) {
      case 'open':
        current = new MeasureShard(request.rendering, request.root);
        return null;
      case 'add': {
        for (const image of request.images) {
          const problem = await requireShard().add(image);
          if (problem !== null) return problem;
          report(1);
        }
        return null;
      }
      case 'count':
        return requireShard().shard.counts();
      case 'fill':
        requireShard().shard.fill(request.layout, requireMemory(index), () => {
          report(1);
        });
        return null;
      case 'finish':
        return finishBins(
          request.totals,
          request.layouts.map((layout, i) => ({ layout, memory: requireMemory(i) })),
          request.tasks,
        );
    }
  }

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
