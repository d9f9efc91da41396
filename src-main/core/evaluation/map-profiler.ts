import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { Label } from '../../../src-shared/domain/dataset.ts';
import type { MapProfile } from '../../../src-shared/domain/map-profile.ts';
import type { Run, RunScale } from '../../../src-shared/domain/run.ts';
import { addProfile, emptyProfile, profileEdges } from '../../../src-shared/metrics/map-profile.ts';
import type { Log } from '../core.ts';
import type { Repositories } from '../db/repositories.ts';
import type { EventBus } from '../event-bus.ts';
import { hashEvaluationInputs } from './evaluation-inputs.ts';
import { startWorkerThread, threadCountFor, workInThisThread, type PixelThread } from './pixel-thread.ts';
import { pixelWorkerFile } from './pixel-worker-file.ts';
import type { PixelProblem, ProfiledImage, ProfilePart } from './pixel-worker-protocol.ts';

const imagesAWorker = 16;
const imagesAtOnce = 8;
const keptProfiles = 6;
const mostProblems = 20;
const eventEveryMs = 120;

export interface MapProfilerOptions {
  readonly repositories: Pick<Repositories, 'datasets' | 'images' | 'results' | 'evaluations'>;
  readonly events: EventBus;
  /** Aborted when the core closes. */
  readonly closing: AbortSignal;
  readonly log: Log;
}

export interface ProfileWish {
  readonly className: string | null;
  readonly minRegionAreaPx: number;
}

export interface MapProfiler {
  /**
   * Goes through a run's maps and masks (`run.profiling` tells how far); known at once where neither has changed since.
   * A wish for the same run ends the one before: only the newest is on a screen. Rejects with `not-found` for a data set
   * that is gone, `bad-request` for a run without maps, `cancelled` when it was stopped, replaced, or the core closes.
   */
  profile(run: Run, wish: ProfileWish): Promise<MapProfile>;
  /** Ends what is under way for the run. */
  stop(runId: number): void;
  settled(): Promise<void>;
}

interface UnderWay {
  readonly key: string;
  readonly controller: AbortController;
  readonly result: Promise<MapProfile>;
}

export function createMapProfiler({ repositories, events, closing, log }: MapProfilerOptions): MapProfiler {
  const underWay = new Map<number, UnderWay>();
  const known = new Map<string, MapProfile>();

  async function profileNow(run: Run, wish: ProfileWish, signal: AbortSignal): Promise<MapProfile> {
    const dataset = repositories.datasets.getCore(run.datasetId);
    if (dataset === null) throw new WorkbenchError('not-found', `There is no data set ${run.datasetId}.`);
    const { scale } = run;
    if (scale === null) throw new WorkbenchError('bad-request', `Run ${run.id} has no map yet.`);
    const { root } = dataset;
    const pause = () => Promise.resolve(signal.throwIfAborted());
    const inputs = await hashEvaluationInputs({ repositories, run, root, pause });
    const key = JSON.stringify([run.id, run.scoredCount, inputs, wish]);
    const before = known.get(key);
    if (before !== undefined) return before;
    const images = listImages(repositories, run, wish.className);
    const pass = new ProfilePass({ repositories, run, scale, root, wish, images, signal, log });
    let toldAtMs = performance.now();
    const profile = await pass.finish((share) => {
      if (performance.now() - toldAtMs < eventEveryMs) return;
      toldAtMs = performance.now();
      events.emit({ event: 'run.profiling', runId: run.id, share });
    });
    const [oldest] = known.keys();
    if (known.size >= keptProfiles && oldest !== undefined) known.delete(oldest);
    known.set(key, profile);
    return profile;
  }

  return {
    profile(run, wish) {
      const key = JSON.stringify(wish);
      const before = underWay.get(run.id);
      if (before?.key === key) return before.result;
      before?.controller.abort();
      const controller = new AbortController();
      const signal = AbortSignal.any([controller.signal, closing]);
      const result = profileNow(run, wish, signal)
        .catch((thrown: unknown) => {
          if (!signal.aborted) throw thrown;
          throw new WorkbenchError('cancelled', 'Looking at the maps was stopped.');
        })
        .finally(() => {
          if (underWay.get(run.id)?.controller === controller) underWay.delete(run.id);
        });
      underWay.set(run.id, { key, controller, result });
      return result;
    },
    stop(runId) {
      underWay.get(runId)?.controller.abort();
    },
    async settled() {
      await Promise.allSettled([...underWay.values()].map(({ result }) => result));
    },
  };
}

interface ListedImage {
  readonly imageId: number;
  readonly label: Label | null;
}

/** Images with a score, which have a map; without those that a few-shot method was shown. */
function listImages(
  { results }: MapProfilerOptions['repositories'],
  run: Run,
  className: string | null,
): ListedImage[] {
  const { classNames, imageIds, labels, classes, leftOut } = results.scores(run.id);
  const wanted = className === null ? null : classNames.indexOf(className);
  return imageIds.flatMap((imageId, row) =>
    (wanted === null || classes[row] === wanted) && leftOut[row] !== 'reference'
      ? [{ imageId, label: labels[row] ?? null }]
      : [],
  );
}

interface PassOptions extends Pick<MapProfilerOptions, 'repositories' | 'log'> {
  readonly run: Run;
  readonly scale: RunScale;
  readonly root: string;
  readonly wish: ProfileWish;
  readonly images: readonly ListedImage[];
  readonly signal: AbortSignal;
}

/** One way through a run's maps, some images a request, over as many threads as are worth starting. */
class ProfilePass {
  readonly #options: PassOptions;
  readonly #edges: Float64Array;
  readonly #totals = emptyProfile();
  readonly #peaks: { imageId: number; label: Label | null; bin: number }[] = [];
  readonly #problems: PixelProblem[] = [];
  #defectCount = 0;
  #masked = 0;
  #unmasked = 0;
  #next = 0;
  #done = 0;

  constructor(options: PassOptions) {
    this.#options = options;
    this.#edges = profileEdges(options.scale.mapMin, options.scale.mapMax);
  }

  async finish(onProgress: (share: number) => void): Promise<MapProfile> {
    const { images, signal } = this.#options;
    const workerCount = threadCountFor(images.length, imagesAWorker);
    const threads: PixelThread[] = [];
    try {
      const work = async (index: number) => {
        const data = { index, memories: [] };
        const thread = startWorkerThread(pixelWorkerFile, { data, signal, onProgress: () => undefined });
        threads.push(thread);
        await this.#work(thread, onProgress, index);
      };
      await Promise.all(Array.from({ length: workerCount }, (_, index) => work(index)));
    } finally {
      await Promise.all(threads.map((thread) => thread.end()));
    }
    return this.#result();
  }

  async #work(thread: PixelThread, onProgress: (share: number) => void, index: number): Promise<void> {
    const { images, run, root, wish, signal } = this.#options;
    let asked = thread;
    let hasAnswered = false;
    for (;;) {
      signal.throwIfAborted();
      const listed = images.slice(this.#next, this.#next + imagesAtOnce);
      this.#next += listed.length;
      if (listed.length === 0) return;
      const profiled = this.#read(listed);
      const request = {
        kind: 'profile',
        rendering: run.rendering,
        root,
        edges: this.#edges,
        minAreaPx: wish.minRegionAreaPx,
        images: profiled.map(({ image }) => image),
      } as const;
      let part: ProfilePart;
      try {
        part = await asked.ask(request);
        hasAnswered = true;
      } catch (thrown) {
        if (hasAnswered || signal.aborted || thrown instanceof WorkbenchError === false) throw thrown;
        if (thrown.code !== 'internal') throw thrown;
        // Where no thread can be started, this one does the work.
        this.#options.log('warn', toErrorShape(thrown).message);
        asked = workInThisThread({ data: { index, memories: [] }, signal, onProgress: () => undefined });
        part = await asked.ask(request);
        hasAnswered = true;
      }
      this.#take(part, profiled);
      this.#done += listed.length;
      onProgress(this.#done / images.length);
    }
  }

  /** Images whose map is stored, as a worker wants them. */
  #read(listed: readonly ListedImage[]): { image: ProfiledImage; label: Label | null }[] {
    const { repositories, run } = this.#options;
    const labels = new Map(listed.map(({ imageId, label }) => [imageId, label]));
    return repositories.images.byIds([...labels.keys()]).flatMap(({ id, path, maskPath, crop }) => {
      const patchMap = repositories.results.patchMap(run.id, id);
      if (patchMap === null) return [];
      const label = labels.get(id) ?? null;
      const isMarked = label === 'anomalous' && maskPath !== null;
      if (isMarked) this.#masked++;
      else if (label === 'anomalous') this.#unmasked++;
      const image: ProfiledImage = {
        id,
        path,
        patchMap,
        maskPath: isMarked ? maskPath : null,
        crop,
        drawnMask: isMarked ? repositories.images.drawnMask(id) : null,
        mask: label === 'good' ? 'empty' : isMarked ? 'stored' : null,
      };
      return [{ image, label }];
    });
  }

  #take(
    { totals, peakBins, defectCount, problems }: ProfilePart,
    profiled: readonly { image: ProfiledImage; label: Label | null }[],
  ): void {
    addProfile(this.#totals, totals);
    this.#defectCount += defectCount;
    this.#problems.push(...problems);
    for (const [place, { image, label }] of profiled.entries())
      this.#peaks.push({ imageId: image.id, label, bin: peakBins[place] ?? -1 });
  }

  #result(): MapProfile {
    const { run, scale, wish } = this.#options;
    const { normal, anomalous, unlabelled, defects, falseRegions } = this.#totals;
    this.#peaks.sort((a, b) => b.bin - a.bin || a.imageId - b.imageId);
    return {
      runId: run.id,
      className: wish.className,
      minRegionAreaPx: wish.minRegionAreaPx,
      mapMin: scale.mapMin,
      mapMax: scale.mapMax,
      pixels: { normal: [...normal], anomalous: [...anomalous], unlabelled: [...unlabelled] },
      defects: [...defects],
      defectCount: this.#defectCount,
      falseRegions: [...falseRegions],
      imageIds: this.#peaks.map(({ imageId }) => imageId),
      peakBins: this.#peaks.map(({ bin }) => bin),
      labels: this.#peaks.map(({ label }) => label),
      masked: this.#masked,
      unmasked: this.#unmasked,
      unreadable: this.#problems.length,
      problems: this.#problems.slice(0, mostProblems).map(({ message }) => message),
    };
  }
}
