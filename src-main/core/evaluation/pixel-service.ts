import { describeClasses } from '../../../src-shared/metrics/bootstrap-statistics.ts';
import { finishBins } from '../../../src-shared/metrics/finish-bins.ts';
import { MeasureShard } from './measure-shard.ts';
import { profileImages } from './profile-images.ts';
import { ResampleShard } from './resample-shard.ts';
import type { PixelWorkerData, PixelWorkerRequest, PixelWorkerResults } from './pixel-worker-protocol.ts';

export type PixelService = (
  request: PixelWorkerRequest,
) => Promise<PixelWorkerResults[keyof PixelWorkerResults]>;

/** Answers requests one after another, each with the result of its kind, in whatever thread it is made. `onImage` is called for every image gone through. */
export function createPixelService({ index, memories }: PixelWorkerData, onImage: () => void): PixelService {
  let current: MeasureShard | null = null;
  let resampled: ResampleShard | null = null;
  const requireShard = () => {
    if (current === null) throw new Error('a class was not opened');
    return current;
  };
  const requireResampled = () => {
    if (resampled === null) throw new Error('no resamples were begun');
    return resampled;
  };
  const requireMemory = (place: number) => {
    const memory = memories[place];
    if (memory === undefined) throw new Error(`there is no memory ${place}`);
    return memory;
  };

  return async (request) => {
    switch (request.kind) {
      case 'open':
        current = new MeasureShard(request.rendering, request.root);
        return null;
      case 'add': {
        for (const image of request.images) {
          const problem = await requireShard().add(image);
          if (problem !== null) return problem;
          onImage();
        }
        return null;
      }
      case 'count':
        return requireShard().shard.counts();
      case 'fill':
        requireShard().shard.fill(request.layout, requireMemory(index), onImage);
        return null;
      case 'finish':
        return finishBins(
          request.totals,
          request.layouts.map((layout, i) => ({ layout, memory: requireMemory(i) })),
          request.tasks,
        );
      case 'profile':
        return await profileImages(request, onImage);
      case 'openResampling':
        resampled = new ResampleShard(request.rendering, request.root, request.imageCount);
        return null;
      case 'addResampled':
        for (const image of request.images) {
          const problem = await requireResampled().add(image);
          if (problem !== null) return problem;
          onImage();
        }
        return null;
      case 'resample':
        return requireResampled().resample(request, onImage);
      case 'describe':
        return describeClasses(request.classes, request.options);
    }
  };
}
