// Time an image of AnomalyCLIP's vision graph (ViT-L/14@336 shapes, random weights, 518 px, four layers) against PyTorch on the
// same threads, taking turns within one run, and peak memory of AnomalyCLIP on four images; before that all pixel metrics of
// 400 and of 1,725 maps. `npm run bench -- --json FILE`, with `--only aupro` the metrics
// alone, with `--only windows` WinCLIP alone, with `--only training` learning alone (it runs only when asked for), with `--only window-50k` the window on 50,000 images (its options are in that file).
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { z } from 'zod';
import { benchAupro } from './aupro-bench.ts';
import { startJsonProcess, type JsonProcess } from './json-process.ts';
import {
  anomalyClipPromptShapes,
  vitLarge336,
  writeRandomModel,
  writeRandomTensors,
} from './random-model.ts';
import { benchTraining } from './training.ts';
import { benchWindows } from './window-bench.ts';

const readySchema = z.object({
  ready: z.literal(true),
  torch: z.string().optional(),
  loadSeconds: z.number().optional(),
});
const answerSchema = z.object({
  seconds: z.array(z.number()).min(1),
  cpuSeconds: z.number(),
  peakBytes: z.number(),
});
const scanSchema = z.object({
  openSeconds: z.number(),
  imageSeconds: z.array(z.number()),
  peakBytes: z.number(),
});

if (process.argv.includes('window-50k')) {
  await import('./window-50k.ts');
  process.exit();
}
const { values: options } = parseArgs({
  options: {
    json: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    python: { type: 'string' },
    only: { type: 'string' },
    /** Where the random model is written (1.7 GB, removed at the end). */
    scratch: { type: 'string', default: tmpdir() },
  },
});
const rounds = Number(options.rounds);
const here = import.meta.dirname;

/** One program that is timed. `torch` computes what the released code does; `torch-lean` spares what `ours` spares, see below. */
interface Contender {
  readonly name: 'ours' | 'torch' | 'torch-lean';
  readonly worker: JsonProcess;
  readonly ready: z.infer<typeof readySchema>;
  readonly seconds: number[];
  readonly cpuSeconds: number[];
  peakBytes: number;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}

const gibibytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(2)} GiB`;

function findPython(): string | null {
  const standard = '/opt/peer/env/bin/python';
  return options.python ?? process.env['ANOMALY_BENCH_PYTHON'] ?? (existsSync(standard) ? standard : null);
}

async function startContender(
  name: Contender['name'],
  command: string,
  args: readonly string[],
): Promise<Contender> {
  const worker = startJsonProcess(command, args);
  const ready = await worker.next(readySchema);
  return { name, worker, ready, seconds: [], cpuSeconds: [], peakBytes: 0 };
}

/**
 * PyTorch twice: the released arithmetic, in which the last block updates all tokens although only the class token of that stream
 * is read; and the same without that, as our graph does it.
 */
async function startTorch(): Promise<Contender[]> {
  const python = findPython();
  if (python === null) {
    console.log(
      'No PyTorch: name a Python that has it by --python or ANOMALY_BENCH_PYTHON. Only our own figure follows.',
    );
    return [];
  }
  const script = [join(here, 'torch-reference.py'), '--threads', options.threads];
  try {
    return [
      await startContender('torch', python, [...script, '--as-released']),
      await startContender('torch-lean', python, script),
    ];
  } catch (error) {
    console.log(
      `No PyTorch: ${python} cannot run the reference (${String(error)}). Only our own figure follows.`,
    );
    return [];
  }
}

async function timeOne(contender: Contender) {
  contender.worker.order('1');
  const answer = await contender.worker.next(answerSchema);
  contender.peakBytes = answer.peakBytes;
  return answer;
}

/** Takes turns, beginning one further on every round, so that what disturbs the machine disturbs all alike. */
async function takeTurns(contenders: readonly Contender[]): Promise<void> {
  for (const contender of contenders) await timeOne(contender);
  for (let round = 0; round < rounds; round++) {
    const said: string[] = [];
    for (let i = 0; i < contenders.length; i++) {
      const contender = contenders[(round + i) % contenders.length];
      if (!contender) continue;
      const { seconds, cpuSeconds } = await timeOne(contender);
      contender.seconds.push(...seconds);
      contender.cpuSeconds.push(cpuSeconds);
      said.push(`${contender.name} ${seconds[0]?.toFixed(2)} s`);
    }
    console.log(`round ${round + 1}: ${said.sort().join(', ')}; load ${loadavg()[0]?.toFixed(1)}`);
  }
}

async function writeReport(report: object): Promise<void> {
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
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

function figuresOf({ seconds, cpuSeconds, peakBytes, ready }: Contender) {
  return {
    ...(ready.torch === undefined ? {} : { version: ready.torch }),
    seconds: { median: median(seconds), min: Math.min(...seconds), all: seconds },
    cpuSeconds: median(cpuSeconds),
    peakBytes,
  };
}

/** Ours divided by theirs: below 1, ours is faster. */
function ratiosOf(ours: Contender, theirs: Contender) {
  return {
    ofMedians: median(ours.seconds) / median(theirs.seconds),
    medianOfRounds: median(theirs.seconds.map((seconds, round) => (ours.seconds[round] ?? NaN) / seconds)),
    ofMinima: Math.min(...ours.seconds) / Math.min(...theirs.seconds),
    /** Of time on the processor, all threads: what other programs take away counts less in it. */
    ofCpuMedians: median(ours.cpuSeconds) / median(theirs.cpuSeconds),
  };
}

if (options.only === 'training') {
  const training = await benchTraining(findPython(), options.scratch, options.threads);
  await writeReport({ processor: cpus()[0]?.model ?? 'unknown', training });
  process.exit();
}
if (options.only === 'windows') {
  const windows = await benchWindows(findPython(), options.scratch, options.threads);
  await writeReport({ processor: cpus()[0]?.model ?? 'unknown', windows });
  process.exit();
}
const pixelMetrics = await benchAupro(findPython(), options.scratch);
if (options.only === 'aupro') {
  await writeReport({ processor: cpus()[0]?.model ?? 'unknown', pixelMetrics });
  process.exit();
}

const folder = await mkdtemp(join(options.scratch, 'anomaly-bench-'));
try {
  console.log(`Writing a model of ViT-L/14@336's shapes to ${folder} …`);
  await writeRandomModel(folder, vitLarge336);
  const promptFile = join(folder, 'prompts.safetensors');
  await writeRandomTensors(promptFile, anomalyClipPromptShapes);

  const ours = await startContender('ours', process.execPath, [
    join(here, 'vision-worker.ts'),
    folder,
    options.threads,
  ]);
  const others = await startTorch();
  await takeTurns([ours, ...others]);
  for (const { worker } of [ours, ...others]) await worker.end();
  const scan = await measureScan(folder, promptFile);

  const windows = await benchWindows(findPython(), options.scratch, options.threads);

  const report = {
    processor: cpus()[0]?.model ?? 'unknown',
    threads: Number(options.threads),
    rounds,
    loadSeconds: ours.ready.loadSeconds,
    ours: figuresOf(ours),
    ...Object.fromEntries(
      others.map((other) => [other.name, { ...figuresOf(other), oursDividedByThis: ratiosOf(ours, other) }]),
    ),
    anomalyClipOnFourImages: scan,
    windows,
    pixelMetrics,
  };
  console.log(
    `\nours: ${median(ours.seconds).toFixed(2)} s an image (median of ${rounds}), peak ${gibibytes(ours.peakBytes)}`,
  );
  for (const other of others) {
    const ratios = ratiosOf(ours, other);
    console.log(
      `${other.name} ${other.ready.torch ?? ''}: ${median(other.seconds).toFixed(2)} s, peak ${gibibytes(other.peakBytes)}; ` +
        `ours is ${ratios.ofMedians.toFixed(3)} times that (minima ${ratios.ofMinima.toFixed(3)}, processor time ${ratios.ofCpuMedians.toFixed(3)})`,
    );
  }
  console.log(
    `AnomalyCLIP on 4 images, prompts included: peak ${gibibytes(scan.peakBytes)}, opening ${scan.openSeconds.toFixed(1)} s`,
  );
  await writeReport(report);
} finally {
  await rm(folder, { recursive: true, force: true });
}
