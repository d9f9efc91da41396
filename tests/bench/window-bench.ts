import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ClipConfig } from '../../src-shared/domain/model.ts';
import { ownImageSizePx } from '../../src-shared/domain/image-size.ts';
import { startJsonProcess } from './json-process.ts';
import { benchModels, writeRandomModel } from './random-model.ts';

const readySchema = z.object({ ready: z.literal(true) });
const answerSchema = z.object({
  seconds: z.array(z.number()).min(1),
  cpuSeconds: z.number(),
  peakBytes: z.number(),
});
type Answer = z.infer<typeof answerSchema>;

const here = import.meta.dirname;
const rounds = 3;
/** The machine's assumed arithmetic on two cores, for a floor under the time. */
const floorGigaflopsPerSecond = 200;

/** Multiplications and additions of one image's products: the ordinary pass and all windows, the last block for class tokens alone. */
export function windowGigaflops({ vision }: ClipConfig, imageSizePx: number): number {
  const { width, layers, mlpWidth, patchSize } = vision;
  const grid = imageSizePx / patchSize;
  const whole = 8 * width * width + 4 * width * mlpWidth;
  const keysAndValues = 4 * width * width;
  const ofSequences = (count: number, length: number) =>
    count *
    ((layers - 1) * (length * whole + 4 * length * length * width) +
      length * keysAndValues +
      (whole - keysAndValues) +
      4 * length * width);
  const flops =
    ofSequences(1, 1 + grid * grid) + ofSequences((grid - 1) ** 2, 5) + ofSequences((grid - 2) ** 2, 10);
  return flops / 1e9;
}

async function turn(worker: ReturnType<typeof startJsonProcess>): Promise<Answer> {
  worker.order('1');
  return worker.next(answerSchema);
}

/** WinCLIP with ViT-B/16+ shapes at 240 px, the paper's, beside PyTorch with all windows of a size in one batch, taking turns. */
export async function benchWindows(python: string | null, scratch: string, threads: string): Promise<object> {
  const name = 'ViT-B/16+ 240';
  const config = benchModels[name];
  if (!config) throw new Error(`no model of the bench is called ${name}`);
  const imageSizePx = ownImageSizePx(config);
  const folder = await mkdtemp(join(scratch, 'window-bench-'));
  try {
    await writeRandomModel(folder, config);
    const { width, layers, heads, mlpWidth, patchSize } = config.vision;
    const sizes = { width, layers, heads, mlp: mlpWidth, grid: imageSizePx / patchSize, threads };
    const workers = [
      startJsonProcess(process.execPath, [
        join(here, 'window-worker.ts'),
        folder,
        name,
        String(imageSizePx),
        threads,
      ]),
      ...(python === null
        ? []
        : [
            startJsonProcess(python, [
              join(here, 'torch-windows.py'),
              ...Object.entries(sizes).flatMap(([key, value]) => [`--${key}`, String(value)]),
            ]),
          ]),
    ];
    const answers: Answer[][] = workers.map(() => []);
    for (const worker of workers) await worker.next(readySchema);
    for (const worker of workers) await turn(worker);
    for (let round = 0; round < rounds; round++)
      for (const [i, worker] of workers.entries()) answers[i]?.push(await turn(worker));
    for (const worker of workers) await worker.end();

    const gigaflops = windowGigaflops(config, imageSizePx);
    const figures = answers.map((all) => ({
      seconds: Math.min(...all.flatMap(({ seconds }) => seconds)),
      cpuSeconds: Math.min(...all.map(({ cpuSeconds }) => cpuSeconds)),
      peakBytes: Math.max(...all.map(({ peakBytes }) => peakBytes)),
    }));
    for (const [i, { seconds, cpuSeconds, peakBytes }] of figures.entries())
      console.log(
        `WinCLIP ${name}, ${i === 0 ? 'ours' : 'torch'}: ${seconds.toFixed(2)} s an image (fastest of ${rounds}; processor ${cpuSeconds.toFixed(2)} s), ` +
          `floor ${(gigaflops / floorGigaflopsPerSecond).toFixed(2)} s, peak ${(peakBytes / 2 ** 30).toFixed(2)} GiB`,
      );
    const [ours, torch] = figures;
    return {
      gigaflops,
      floorSeconds: gigaflops / floorGigaflopsPerSecond,
      ours,
      ...(ours && torch
        ? {
            torch,
            oursDividedByTorch: {
              seconds: ours.seconds / torch.seconds,
              cpuSeconds: ours.cpuSeconds / torch.cpuSeconds,
            },
          }
        : {}),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
