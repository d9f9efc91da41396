// What lives here: benches on which prompts are tried: which images lie there, which prompts are meant, and the session behind it.
// What may not: arithmetic of methods (src-main/compute), runs and their results (scans/), and SQL (db/).
import { join } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { ComputeSettings } from '../../../src-shared/domain/compute-settings.ts';
import { fileOf } from '../../../src-shared/domain/dataset.ts';
import { settingsRead } from '../../../src-shared/domain/method-settings.ts';
import type { Model } from '../../../src-shared/domain/model.ts';
import type { Bench, BenchPrompts, BenchResult, BenchWish } from '../../../src-shared/domain/prompt-bench.ts';
import type { ComputeParams, ComputeResult } from '../../compute/protocol.ts';
import { withoutFileName } from '../../images/image-errors.ts';
import type { ComputeClient } from '../compute-client/compute-client.ts';
import type { Repositories } from '../db/repositories.ts';
import type { EventBus } from '../event-bus.ts';
import type { LibraryFolders } from '../library/library-folders.ts';
import { createBenchSession, type BenchSession } from './bench-session.ts';
import { requireBenchMethod, resolvePrompts, type CheckpointPromptsOf } from './resolve-prompts.ts';

export interface PromptBenches {
  open(wish: BenchWish): Promise<Bench>;
  score(
    benchId: number,
    prompts: BenchPrompts,
  ): Promise<{ readonly results: BenchResult[]; readonly durationMs: number }>;
  close(benchId: number): Promise<void>;
}

export interface PromptBenchesOptions {
  readonly repositories: Repositories;
  readonly compute: ComputeClient;
  readonly folders: LibraryFolders;
  readonly events: EventBus;
  readonly computeSettings: () => ComputeSettings;
  readonly featureCache: () => ComputeParams<'bench.open'>['featureCache'];
  /** The learned prompts of an epoch of a training; null where there are none. */
  readonly checkpointPrompts: CheckpointPromptsOf;
  /** Aborted when the core closes. */
  readonly closing: AbortSignal;
}

/** A window that went away without a word leaves its bench; of more than so many the one used longest ago is closed. */
const mostBenches = 4;

interface OpenBench {
  readonly wish: BenchWish;
  readonly model: Model;
  readonly images: readonly { readonly imageId: number; readonly imagePath: string }[];
  readonly session: BenchSession;
  /** Counts wishes: only the newest that waits is answered. */
  newest: number;
  turn: Promise<unknown>;
}

export function createPromptBenches(options: PromptBenchesOptions): PromptBenches {
  const { repositories, folders, events, closing } = options;
  /** Used longest ago first. */
  const benches = new Map<number, OpenBench>();
  let nextId = 1;

  function describeImages({ datasetId, imageIds }: BenchWish) {
    return imageIds.map((imageId) => {
      const place = repositories.images.locate(imageId);
      const image = repositories.images.get(imageId);
      if (place === null || image?.datasetId !== datasetId)
        throw new WorkbenchError('not-found', `There is no image ${imageId} in this data set.`);
      return {
        imageId,
        imagePath: join(place.root, fileOf(place)),
        className: image.className,
        ...(place.crop === undefined ? {} : { crop: place.crop }),
      };
    });
  }

  async function close(benchId: number): Promise<void> {
    const bench = benches.get(benchId);
    benches.delete(benchId);
    await bench?.session.close();
  }

  async function scoreNow(benchId: number, bench: OpenBench, prompts: BenchPrompts) {
    const startedMs = performance.now();
    const resolved = resolvePrompts({ ...options, ...bench, folders }, prompts);
    const tell = (done: number) => {
      events.emit({ event: 'bench.preparing', benchId, done, total: bench.images.length });
    };
    const scored = await bench.session.score(resolved, tell, closing);
    return {
      results: bench.images.map((image, index) => toResult(image, scored[index])),
      durationMs: performance.now() - startedMs,
    };
  }

  return {
    async open(wish) {
      const model = requireBenchMethod(repositories, wish);
      const images = describeImages(wish);
      const settings = settingsRead(wish.methodId, wish.settings);
      const featureCache = options.featureCache();
      const session = createBenchSession(options.compute, {
        model: { folder: folders.model(model.id), config: model.config },
        methodId: wish.methodId,
        settings,
        images: images.map(({ imageId: _, ...image }) => image),
        compute: options.computeSettings(),
        ...(featureCache === undefined ? {} : { featureCache }),
      });
      const rendering = await session.ensureOpen(closing);
      const benchId = nextId++;
      benches.set(benchId, {
        ...{ wish, model, images, session },
        newest: 0,
        turn: Promise.resolve(),
      });
      for (const other of benches.keys()) {
        if (benches.size <= mostBenches) break;
        await close(other);
      }
      return { benchId, imageCount: images.length, rendering };
    },

    async score(benchId, prompts) {
      const bench = benches.get(benchId);
      if (bench === undefined)
        throw new WorkbenchError('not-found', 'This bench is not open any more. Open it again.');
      benches.delete(benchId);
      benches.set(benchId, bench);
      const wish = ++bench.newest;
      const before = bench.turn;
      const scoring = (async () => {
        await before;
        if (wish !== bench.newest || benches.get(benchId) !== bench)
          throw new WorkbenchError('cancelled', 'Newer prompts came before these had their turn.');
        return scoreNow(benchId, bench, prompts);
      })();
      bench.turn = scoring.catch(() => undefined);
      return scoring;
    },

    close,
  };
}

function toResult(
  { imageId, imagePath }: OpenBench['images'][number],
  scored: ComputeResult<'bench.score'>['results'][number] | undefined,
): BenchResult {
  if (scored?.ok !== true) {
    const message = scored?.error.message ?? 'The compute process does not answer for this image.';
    const error = withoutFileName(message, imagePath);
    return { imageId, score: null, rows: 0, columns: 0, map: '', error };
  }
  const { score, rows, columns, map } = scored;
  const bytes = Buffer.from(map.buffer, map.byteOffset, map.byteLength);
  return { imageId, score, rows, columns, map: bytes.toString('base64'), error: null };
}
