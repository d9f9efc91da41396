import { mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { z } from 'zod';
import { startJsonProcess } from './json-process.ts';
import { vitLarge336, writeRandomModel } from './random-model.ts';
import { gibibytes, quietLoad, takeTurns, type Figures, type Side, type TurnLimits } from './turns.ts';

const readySchema = z.object({ ready: z.literal(true) });

const here = import.meta.dirname;
/**
 * Rounds and seconds of each case. A PyTorch step of FAPrompt takes 12 s on two quiet cores: 84 s for three rounds; on a busy machine
 * there are fewer, so that the whole ends after a quarter of an hour at most, of which it takes five minutes on a quiet one.
 */
const cases: readonly (readonly [string, TurnLimits])[] = [
  ['anomalyclip-1', { rounds: 3, seconds: 60 }],
  ['anomalyclip-4', { rounds: 3, seconds: 90 }],
  ['faprompt-released', { rounds: 3, seconds: 180 }],
  ['faprompt-paper', { rounds: 3, seconds: 180 }],
];
const encoderLimits: TurnLimits = { rounds: 3, seconds: 150 };
const [images, epochs, batch] = [64, 15, 8];
const steps = (images / batch) * epochs;
const mostBytes = 8 * 10 ** 9;

type Unit = 'seconds' | 'fastestSeconds' | 'cpuSeconds';
interface Total {
  readonly ours: number;
  readonly torch: number;
  readonly timesFaster: number;
  readonly stepTimesFaster: number;
}

/** Computed from the measured parts; nobody waited for the released loop's hours. Our steps include reading features. */
function totalOf(name: string, figures: Figures, encoder: Figures, unit: Unit): Total | null {
  const part = (of: Figures, side: Side) => of[side]?.[unit] ?? NaN;
  const [ourStep, theirStep] = [part(figures, 'ours'), part(figures, 'torch')];
  const [ourImage, theirImage] = [part(encoder, 'ours'), part(encoder, 'torch')];
  const isWhole = name.startsWith('anomalyclip');
  const ours = isWhole ? images * ourImage + steps * ourStep : ourStep;
  const torch = isWhole ? images * epochs * theirImage + steps * theirStep : batch * theirImage + theirStep;
  if (!Number.isFinite(ours) || !Number.isFinite(torch)) return null;
  return { ours, torch, timesFaster: torch / ours, stepTimesFaster: theirStep / ourStep };
}

const timesOf = (total: Total | null) => (total ? `${total.timesFaster.toFixed(1)} times` : 'unknown');

function totalsOf(figures: ReadonlyMap<string, Figures>, encoder: Figures) {
  const totals: Record<string, Record<Unit, Total | null> & { isBusy: boolean }> = {};
  for (const [name, measured] of figures) {
    const seconds = totalOf(name, measured, encoder, 'seconds');
    const fastestSeconds = totalOf(name, measured, encoder, 'fastestSeconds');
    const cpuSeconds = totalOf(name, measured, encoder, 'cpuSeconds');
    const isBusy = [measured, encoder].some((of) => Object.values(of).some((figure) => figure.isBusy));
    totals[name] = { seconds, fastestSeconds, cpuSeconds, isBusy };
    if (!seconds) continue;
    const what = name.startsWith('anomalyclip')
      ? `${epochs} epochs over ${images} images, computed from the parts (ours ${images} images and ${steps} steps, PyTorch ${images * epochs} images and ${steps} steps)`
      : `one step, computed from the parts (PyTorch with ${batch} images, ours with their features from disk)`;
    console.log(
      `${name}, ${what}: ours ${seconds.ours.toFixed(1)} s, PyTorch ${seconds.torch.toFixed(1)} s: ${seconds.timesFaster.toFixed(1)} times faster` +
        `, by the fastest passes ${timesOf(fastestSeconds)}, by processor time ${timesOf(cpuSeconds)}; without any image encoder ${seconds.stepTimesFaster.toFixed(1)} times` +
        (isBusy ? ` (BUSY: other work ran; load above ${quietLoad})` : ''),
    );
  }
  return totals;
}

function peakOf(all: readonly Figures[], side: Side): number {
  return Math.max(0, ...all.map((figures) => figures[side]?.peakBytes ?? 0));
}

/**
 * Learning with ViT-L/14@336 shapes at 518 px, batches of 8, beside the released loops' arithmetic in PyTorch: their frozen image
 * encoder runs for every image in every epoch and their prompts have 77 positions; ours runs once and prompts end at their end.
 */
export async function benchTraining(
  python: string | null,
  scratch: string,
  threads: string,
): Promise<object> {
  const folder = await mkdtemp(join(scratch, 'training-bench-'));
  const startMs = performance.now();
  const start = async (
    script: string,
    args: readonly string[],
    torch: string,
    torchArgs: readonly string[],
  ) => {
    const commands: [Side, string, string[]][] = [
      ['ours', process.execPath, [join(here, script), ...args, threads]],
    ];
    if (python !== null)
      commands.push(['torch', python, [join(here, torch), '--threads', threads, ...torchArgs]]);
    const workers = new Map(
      commands.map(([side, command, words]) => [side, startJsonProcess(command, words)] as const),
    );
    for (const worker of workers.values()) await worker.next(readySchema);
    return workers;
  };
  try {
    console.log(
      'Learning beside PyTorch: about five minutes on two quiet cores, a quarter of an hour on busy ones. Writing the model …',
    );
    await writeRandomModel(folder, vitLarge336);
    const encoders = await start('vision-worker.ts', [folder], 'torch-reference.py', ['--as-released']);
    const encoder = await takeTurns(encoders, 'image encoder, an image', '1', encoderLimits);
    for (const worker of encoders.values()) await worker.end();

    const assetsFolder = resolve(here, '../../assets');
    const workers = await start('training-worker.ts', [folder, assetsFolder], 'torch-training.py', []);
    const figures = new Map<string, Figures>();
    for (const [name, limits] of cases)
      figures.set(name, await takeTurns(workers, `${name}, a step`, name, limits));
    for (const worker of workers.values()) await worker.end();

    const totals = totalsOf(figures, encoder);
    const all = [encoder, ...figures.values()];
    const peakBytes = { ours: peakOf(all, 'ours'), torch: peakOf(all, 'torch') };
    const seconds = (performance.now() - startMs) / 1000;
    console.log(
      `Peak memory: ours ${gibibytes(peakBytes.ours)} (${peakBytes.ours < mostBytes ? 'below' : 'NOT below'} 8 GB), PyTorch ${gibibytes(peakBytes.torch)}. All took ${(seconds / 60).toFixed(1)} min.`,
    );
    return {
      batch,
      images,
      epochs,
      quietLoad,
      encoder,
      steps: Object.fromEntries(figures),
      totalsComputedFromParts: totals,
      peakBytes,
      seconds,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
