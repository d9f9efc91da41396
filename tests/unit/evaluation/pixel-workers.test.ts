import { afterEach, describe, expect, test } from 'vitest';
import type { MeasuredImage, PixelProblem } from '../../../src-main/core/evaluation/pixel-worker-protocol.ts';
import { openPixelWorkers, type PixelWorkers } from '../../../src-main/core/evaluation/pixel-workers.ts';
import { decodePatchMap, encodePatchMap } from '../../../src-shared/maps/patch-map-codec.ts';
import { renderPixelMap } from '../../../src-shared/maps/render-pixel-map.ts';
import { encodeRuns } from '../../../src-shared/mask/run-length.ts';
import { pixelMetricsOf } from '../../../src-shared/metrics/pixel-metrics.ts';

const rendering = { sizePx: 60, sigmaPx: 2 };
const area = rendering.sizePx ** 2;
const opened: PixelWorkers[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((workers) => workers.close()));
});

function open(options: Partial<Parameters<typeof openPixelWorkers>[0]> = {}): PixelWorkers {
  const workers = openPixelWorkers({ signal: new AbortController().signal, imageCount: 40, ...options });
  opened.push(workers);
  return workers;
}

let seed = 3;
const next = () => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;

/** A patch map of 7×5 with a mask; noisy masks have so many runs that they are kept as bits. */
function makeImage(id: number, isNoisy: boolean): { image: MeasuredImage; mask: Uint8Array | null } {
  const data = Float32Array.from({ length: 35 }, () => next());
  const mask =
    id % 3 === 0
      ? null
      : Uint8Array.from({ length: area }, (_, i) =>
          isNoisy ? (next() < 0.4 ? 1 : 0) : i % rendering.sizePx > 30 + (id % 7) ? 1 : 0,
        );
  const image: MeasuredImage = {
    id,
    path: `${id}.png`,
    patchMap: encodePatchMap({ rows: 7, columns: 5, data }),
    maskPath: mask === null ? null : 'annotations.json',
    drawnMask: mask === null ? null : encodeRuns(mask, rendering.sizePx, rendering.sizePx),
  };
  return { image, mask };
}

async function* stream<T>(items: readonly T[]): AsyncGenerator<T, undefined> {
  for (const item of items) yield await Promise.resolve(item);
}

function measure(
  workers: PixelWorkers,
  images: readonly (MeasuredImage | PixelProblem)[],
  onProgress: (share: number) => void = () => undefined,
) {
  return workers.measure({
    rendering,
    root: '/',
    imageCount: images.length,
    images: stream(images),
    onProgress,
  });
}

describe('threads that count pixels', () => {
  test('say what counting in one thread says, with plenty of memory and with the least', async () => {
    const made = Array.from({ length: 40 }, (_, id) => makeImage(id, id % 5 === 0));
    const expected = await pixelMetricsOf({
      maps: made.map(({ image }) => renderPixelMap(decodePatchMap(image.patchMap), rendering)),
      masks: made.map(({ mask }) => mask),
      width: rendering.sizePx,
      height: rendering.sizePx,
    });
    for (const options of [{ workerCount: 1 }, { workerCount: 3, memoryBytes: 1 }]) {
      const shares: number[] = [];
      const images = made.map(({ image }) => image);
      const { metrics } = await measure(open(options), images, (share) => shares.push(share));
      for (const name of ['auroc', 'ap', 'f1Max', 'f1MaxThreshold', 'aupro', 'auproPaper'] as const)
        expect(metrics?.[name], name).toBeCloseTo(expected[name]!, 9);
      expect(metrics?.errorBound).toBe(0);
      expect(shares.length).toBeGreaterThan(3);
      expect(shares.every((share) => share > 0 && share <= 1)).toBe(true);
    }
  });

  test('go on with the next class as if there had been none before', async () => {
    const workers = open({ workerCount: 2 });
    const some = Array.from({ length: 9 }, (_, id) => makeImage(id, false).image);
    const first = await measure(workers, some);
    await measure(workers, some.slice(0, 4));
    const again = await measure(workers, some);
    expect(again.metrics?.auroc).toBeCloseTo(first.metrics!.auroc!, 12);
    expect(again.metrics?.aupro).toBeCloseTo(first.metrics!.aupro!, 12);
  });

  test('name a damaged map, a value that is no number, a mask that is gone, and what the reader says', async () => {
    const workers = open({ workerCount: 2 });
    const good = Array.from({ length: 6 }, (_, id) => makeImage(id, false).image);
    const problemOf = async (image: MeasuredImage | PixelProblem) =>
      (await measure(workers, [...good, image])).problem?.message;
    const { image } = makeImage(7, false);
    expect(await problemOf({ ...image, patchMap: image.patchMap.subarray(0, 20) })).toMatch(/damaged/);
    const holed = encodePatchMap({ rows: 1, columns: 2, data: Float32Array.of(0.5, NaN) });
    expect(await problemOf({ ...image, patchMap: holed })).toMatch(
      /^The map of 7\.png holds values that are not/,
    );
    expect(await problemOf({ ...image, drawnMask: null, maskPath: 'no/such/mask.png' })).toMatch(/mask\.png/);
    expect(await problemOf({ imageId: 7, message: '7.png has no map.' })).toBe('7.png has no map.');
    // And still work.
    expect((await measure(workers, good)).problem).toBeNull();
  });

  test('are done without where none can be started, and a line in the log says so', async () => {
    const logs: string[] = [];
    const options = { workerCount: 2, workerFile: '/no/such/worker.js' };
    const without = open({ ...options, log: (level, message) => logs.push(`${level} ${message}`) });
    const images = Array.from({ length: 9 }, (_, id) => makeImage(id, false).image);
    const shares: number[] = [];
    const counted = await measure(without, images, (share) => shares.push(share));
    const expected = await measure(open({ workerCount: 2 }), images);
    expect(counted.metrics?.aupro).toBeCloseTo(expected.metrics!.aupro!, 12);
    expect(shares.at(-1)).toBe(1);
    expect(logs.join()).toMatch(/^warn The thread that counts pixels .*without it/s);
  });

  test('end at once when they are to stop', async () => {
    const controller = new AbortController();
    const workers = open({ signal: controller.signal, workerCount: 2 });
    const { image } = makeImage(1, false);
    const endless = async function* () {
      for (;;) yield await Promise.resolve(image);
    };
    const begun = Promise.withResolvers<null>();
    const measured = workers.measure({
      rendering,
      root: '/',
      imageCount: 1e9,
      images: endless(),
      onProgress: () => {
        begun.resolve(null);
      },
    });
    const outcome = expect(measured).rejects.toThrow('enough');
    await begun.promise;
    controller.abort(new Error('enough'));
    await outcome;
    await expect(measure(workers, [image])).rejects.toThrow('enough');
    expect(() => open({ signal: controller.signal })).toThrow('enough');
  });
});
