// Time an image of AnomalyCLIP's vision graph (ViT-L/14@336 shapes, random weights, 518 px, four layers) against PyTorch on the
// same threads, taking turns within one run, and peak memory of AnomalyCLIP on four images. `npm run bench -- --json FILE`.
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { z } from 'zod';
import { startJsonProcess, type JsonProcess } from './json-process.ts';
import {
  anomalyClipPromptShapes,
  vitLarge336,
  writeRandomModel,
  writeRandomTensors,
} from './random-model.ts';

const readySchema = z.object({
  ready: z.literal(true),
  torch: z.string().optional(),
  loadSeconds: z.number().optional(),
});
const timesSchema = z.object({
  seconds: z.array(z.number()).min(1),
  cpuSeconds: z.number(),
  peakBytes: z.number(),
});
const scanSchema = z.object({
  openSeconds: z.number(),
  imageSeconds: z.array(z.number()),
  peakBytes: z.number(),
});

const { values: options } = parseArgs({
  options: {
    json: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    python: { type: 'string' },
    /** Where the random model is written (1.7 GB, removed at the end). */
    scratch: { type: 'string', default: tmpdir() },
  },
});
const rounds = Number(options.rounds);

const here = import.meta.dirname;
const gibibytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(2)} GiB`;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}

function findPython(): string | null {
  const standard = '/opt/peer/env/bin/python';
  return options.python ?? process.env['ANOMALY_BENCH_PYTHON'] ?? (existsSync(standard) ? standard : null);
}

async function startTorch(): Promise<{ torch: JsonProcess | null; version: string | null }> {
  const python = findPython();
  if (python === null) {
    console.log(
      'No PyTorch: name a Python that has it by --python or ANOMALY_BENCH_PYTHON. Only our own figure follows.',
    );
    return { torch: null, version: null };
  }
  const torch = startJsonProcess(python, [join(here, 'torch-reference.py'), '--threads', options.threads]);
  try {
    return { torch, version: (await torch.next(readySchema)).torch ?? 'unknown' };
  } catch (error) {
    console.log(
      `No PyTorch: ${python} cannot run the reference (${String(error)}). Only our own figure follows.`,
    );
    return { torch: null, version: null };
  }
}

async function timeOne(worker: JsonProcess) {
  worker.order('1');
  const { seconds, cpuSeconds, peakBytes } = await worker.next(timesSchema);
  return { seconds: seconds[0] ?? NaN, cpuSeconds, peakBytes };
}

/** Takes turns, starting with the other one every round, so that what disturbs the machine disturbs both alike. */
async function takeTurns(ours: JsonProcess, torch: JsonProcess | null) {
  const times = { ours: [] as number[], torch: [] as number[] };
  const cpu = { ours: [] as number[], torch: [] as number[] };
  const peaks = { ours: 0, torch: 0 };
  await timeOne(ours);
  if (torch) await timeOne(torch);
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? (['ours', 'torch'] as const) : (['torch', 'ours'] as const);
    for (const who of order) {
      const worker = who === 'ours' ? ours : torch;
      if (!worker) continue;
      const { seconds, cpuSeconds, peakBytes } = await timeOne(worker);
      times[who].push(seconds);
      cpu[who].push(cpuSeconds);
      peaks[who] = peakBytes;
    }
    const theirs = torch ? `, PyTorch ${times.torch.at(-1)?.toFixed(2)} s` : '';
    console.log(
      `round ${round + 1}: ours ${times.ours.at(-1)?.toFixed(2)} s${theirs}, load ${loadavg()[0]?.toFixed(1)}`,
    );
  }
  return { times, cpu, peaks };
}

async function measureScan(folder: string, promptFile: string): Promise<z.infer<typeof scanSchema>> {
  const paths: string[] = [];
  for (let i = 0; i < 4; i++) {
    const path = join(folder, `image-${i}.png`);
    const noise = { type: 'gaussian' as const, mean: 100 + 10 * i, sigma: 40 };
    await sharp({ create: { width: 800, height: 600, channels: 3, background: 'grey', noise } })
      .png()
      .toFile(path);
    paths.push(path);
  }
  const assetsFolder = resolve(here, '../../assets');
  const args = [join(here, 'scan-worker.ts'), folder, promptFile, assetsFolder, options.threads, ...paths];
  const worker = startJsonProcess(process.execPath, args);
  const result = await worker.next(scanSchema);
  await worker.end();
  return result;
}

const folder = await mkdtemp(join(options.scratch, 'anomaly-bench-'));
try {
  console.log(`Writing a model of ViT-L/14@336's shapes to ${folder} …`);
  await writeRandomModel(folder, vitLarge336);
  const promptFile = join(folder, 'prompts.safetensors');
  await writeRandomTensors(promptFile, anomalyClipPromptShapes);

  const ours = startJsonProcess(process.execPath, [join(here, 'vision-worker.ts'), folder, options.threads]);
  const { loadSeconds = NaN } = await ours.next(readySchema);
  const { torch, version } = await startTorch();
  const { times, cpu, peaks } = await takeTurns(ours, torch);
  await ours.end();
  await torch?.end();
  const scan = await measureScan(folder, promptFile);

  const ratios = times.torch.map((seconds, i) => (times.ours[i] ?? NaN) / seconds);
  const report = {
    processor: cpus()[0]?.model ?? 'unknown',
    threads: Number(options.threads),
    rounds,
    loadSeconds,
    oursSeconds: { median: median(times.ours), min: Math.min(...times.ours), all: times.ours },
    oursCpuSeconds: median(cpu.ours),
    oursPeakBytes: peaks.ours,
    torch: torch
      ? {
          version,
          seconds: { median: median(times.torch), min: Math.min(...times.torch), all: times.torch },
          cpuSeconds: median(cpu.torch),
          peakBytes: peaks.torch,
          ratioOfMedians: median(times.ours) / median(times.torch),
          medianOfRatios: median(ratios),
          ratioOfMinima: Math.min(...times.ours) / Math.min(...times.torch),
        }
      : null,
    anomalyClipOnFourImages: scan,
  };
  console.log(
    `\nours: ${report.oursSeconds.median.toFixed(2)} s an image (median of ${rounds}), peak ${gibibytes(peaks.ours)}`,
  );
  if (report.torch) {
    const { seconds, ratioOfMedians, medianOfRatios, ratioOfMinima } = report.torch;
    console.log(
      `PyTorch ${version}: ${seconds.median.toFixed(2)} s an image, peak ${gibibytes(peaks.torch)}`,
    );
    console.log(
      `ours / PyTorch: ${ratioOfMedians.toFixed(3)} of medians, ${medianOfRatios.toFixed(3)} median of paired ratios, ${ratioOfMinima.toFixed(3)} of minima`,
    );
    // Time on the processor, all threads: what other programs take away counts less in it than in time on the clock.
    console.log(
      `processor seconds an image: ours ${report.oursCpuSeconds.toFixed(1)}, PyTorch ${report.torch.cpuSeconds.toFixed(1)}`,
    );
  }
  console.log(
    `AnomalyCLIP on 4 images, prompts included: peak ${gibibytes(scan.peakBytes)}, opening ${scan.openSeconds.toFixed(1)} s`,
  );
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
