// Pixel metrics of made-up maps as the core takes them: patch maps in, threads that render and count. A line of JSON out.
//   node aupro-worker.ts COUNT [FOLDER]   with a folder: also writes maps and masks there, for the reference
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MeasuredImage } from '../../src-main/core/evaluation/pixel-worker-protocol.ts';
import { openPixelWorkers } from '../../src-main/core/evaluation/pixel-workers.ts';
import { decodePatchMap, encodePatchMap } from '../../src-shared/maps/patch-map-codec.ts';
import { decodeRuns, encodeRuns } from '../../src-shared/mask/run-length.ts';

const patches = 37;
const rendering = { sizePx: 518, sigmaPx: 4 };
const patchPx = rendering.sizePx / patches;

let seed = 12_345;
/** Linear congruential generator: the same images in every run. */
function random(): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
}

/** One in four images is good; the others have one to three round defects, of which the map knows in part. */
function makeImage(id: number): MeasuredImage {
  const defects = Array.from({ length: id % 4 === 0 ? 0 : 1 + (id % 3) }, () => ({
    x: random() * rendering.sizePx,
    y: random() * rendering.sizePx,
    radius: 8 + random() * 60,
    strength: 0.1 + random() * 0.5,
  }));
  const data = Float32Array.from({ length: patches * patches }, (_, k) => {
    const [x, y] = [((k % patches) + 0.5) * patchPx, (Math.floor(k / patches) + 0.5) * patchPx];
    const hit = defects.find((one) => Math.hypot(x - one.x, y - one.y) < one.radius + patchPx);
    // Cubed: most values are small, as anomaly maps are.
    return Math.min(1, random() ** 3 * 0.6 + (hit?.strength ?? 0));
  });
  const mask = new Uint8Array(rendering.sizePx ** 2);
  for (const { x, y, radius } of defects) {
    for (let row = Math.max(0, Math.ceil(y - radius)); row < Math.min(rendering.sizePx, y + radius); row++) {
      const half = Math.sqrt(radius ** 2 - (row - y) ** 2);
      const start = Math.max(0, Math.ceil(x - half));
      const end = Math.min(rendering.sizePx, Math.ceil(x + half));
      mask.fill(1, row * rendering.sizePx + start, row * rendering.sizePx + Math.max(start, end));
    }
  }
  return {
    id,
    path: `${id}.png`,
    patchMap: encodePatchMap({ rows: patches, columns: patches, data }),
    maskPath: defects.length === 0 ? null : 'made up',
    drawnMask: defects.length === 0 ? null : encodeRuns(mask, rendering.sizePx, rendering.sizePx),
  };
}

const [countText = '400', folder] = process.argv.slice(2);
const images = Array.from({ length: Number(countText) }, (_, id) => makeImage(id));
if (folder !== undefined) {
  const maps = images.map(({ patchMap }) => Buffer.from(decodePatchMap(patchMap).data.buffer));
  const masks = images.map(({ drawnMask }) =>
    drawnMask === null ? new Uint8Array(rendering.sizePx ** 2) : decodeRuns(drawnMask),
  );
  await writeFile(join(folder, 'maps.f32'), Buffer.concat(maps));
  await writeFile(join(folder, 'masks.u8'), Buffer.concat(masks));
}

const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
const workers = openPixelWorkers({ signal: new AbortController().signal, imageCount: images.length });
const { metrics } = await workers.measure({
  rendering,
  root: '/',
  imageCount: images.length,
  images: (async function* () {
    for (const image of images) yield await Promise.resolve(image);
  })(),
  onProgress: () => undefined,
});
const seconds = (performance.now() - startedAt) / 1000;
const { user, system } = process.cpuUsage(cpuBefore);
console.log(
  JSON.stringify({
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    metrics,
  }),
);
await workers.close();
