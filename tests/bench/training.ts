import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { startJsonProcess, type JsonProcess } from './json-process.ts';
import { vitLarge336, writeRandomModel } from './random-model.ts';

const readySchema = z.object({ ready: z.literal(true) });
const stepSchema = z.object({
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakBytes: z.number(),
  /** A loss that is no number would mean that something else was timed. */
  loss: z.number(),
  /** Ours: the part of `seconds` in which features were read from disk. */
  readSeconds: z.number().optional(),
});
const passSchema = z.object({ seconds: z.array(z.number()).min(1), peakBytes: z.number() });

type Side = 'ours' | 'torch';
interface Figure {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly all: readonly number[];
  readonly readSeconds: number;
  readonly peakBytes: number;
  readonly load: number;
}
type Figures = Partial<Record<Side, Figure>>;

const here = import.meta.dirname;
/** Counted steps of each case; one of FAPrompt takes PyTorch half a minute. */
const cheapCases: readonly [string, number][] = [
  ['anomalyclip-1', 3],
  ['anomalyclip-4', 3],
];
const dearCases: readonly [string, number][] = [
  ['faprompt-released', 1],
  ['faprompt-paper', 1],
];
const [images, epochs, batch] = [64, 15, 8];
const steps = (images / batch) * epochs;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

const load = () => loadavg()[0] ?? NaN;
/** The two sides take turns on two cores: what lies above is other work on the machine. */
const quietLoad = 2.5;
const loadWords = () => `load ${load().toFixed(1)}${load() > quietLoad ? ' (the machine was busy)' : ''}`;
const gibibytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(2)} GiB`;

/** One pass that is not counted, then `rounds` each, the sides taking turns. */
async function timeSteps(
  workers: ReadonlyMap<Side, JsonProcess>,
  name: string,
  rounds: number,
): Promise<Figures> {
  const answers = new Map<Side, z.infer<typeof stepSchema>[]>();
  for (let round = 0; round <= rounds; round++)
    for (const [side, worker] of workers) {
      worker.order(name);
      const answer = await worker.next(stepSchema);
      if (round > 0) answers.set(side, [...(answers.get(side) ?? []), answer]);
    }
  const now = load();
  const figures: Figures = {};
  for (const [side, all] of answers) {
    const of = (pick: (answer: z.infer<typeof stepSchema>) => number) => median(all.map(pick));
    const figure = {
      seconds: of(({ seconds }) => seconds),
      cpuSeconds: of(({ cpuSeconds }) => cpuSeconds),
      readSeconds: of(({ readSeconds = 0 }) => readSeconds),
      all: all.map(({ seconds }) => seconds),
      peakBytes: Math.max(...all.map(({ peakBytes }) => peakBytes)),
      load: now,
    };
    figures[side] = figure;
    console.log(
      `${name} step, ${side}: ${figure.seconds.toFixed(2)} s (${figure.all.map((s) => s.toFixed(2)).join(', ')}; ` +
        `processor ${figure.cpuSeconds.toFixed(2)} s; reading features ${figure.readSeconds.toFixed(3)} s), ` +
        `peak so far ${gibibytes(figure.peakBytes)}, ${loadWords()}`,
    );
  }
  return figures;
}

/** Seconds an image of the frozen image encoder: medians of `rounds` after one that is not counted, the sides taking turns. */
async function timeEncoders(folder: string, python: string | null, threads: string, rounds: number) {
  const workers = new Map<Side, JsonProcess>([
    ['ours', startJsonProcess(process.execPath, [join(here, 'vision-worker.ts'), folder, threads])],
  ]);
  if (python !== null) {
    const args = [join(here, 'torch-reference.py'), '--threads', threads, '--as-released'];
    workers.set('torch', startJsonProcess(python, args));
  }
  for (const worker of workers.values()) await worker.next(readySchema);
  const all = new Map<Side, number[]>();
  const peakBytes: Partial<Record<Side, number>> = {};
  for (let round = 0; round <= rounds; round++)
    for (const [side, worker] of workers) {
      worker.order('1');
      const answer = await worker.next(passSchema);
      peakBytes[side] = answer.peakBytes;
      if (round > 0) all.set(side, [...(all.get(side) ?? []), ...answer.seconds]);
    }
  for (const worker of workers.values()) await worker.end();
  const seconds: Partial<Record<Side, number>> = {};
  for (const [side, times] of all) {
    seconds[side] = median(times);
    console.log(
      `image encoder, ${side}: ${median(times).toFixed(2)} s an image (${times.map((s) => s.toFixed(2)).join(', ')}), ` +
        `peak ${gibibytes(peakBytes[side] ?? NaN)}, ${loadWords()}`,
    );
  }
  return { seconds, peakBytes, all: Object.fromEntries(all), load: load() };
}

/** Computed from the measured parts; nobody waited for the released loop's hours. */
function totalsOf(figures: ReadonlyMap<string, Figures>, encoder: Partial<Record<Side, number>>) {
  const totals: Record<string, { ours: number; torch: number; timesFaster: number }> = {};
  for (const [name, { ours, torch }] of figures) {
    if (!ours || !torch || encoder.ours === undefined || encoder.torch === undefined) continue;
    const whole = name.startsWith('anomalyclip');
    // Our steps include reading features.
    const seconds = whole
      ? {
          ours: images * encoder.ours + steps * ours.seconds,
          torch: images * epochs * encoder.torch + steps * torch.seconds,
        }
      : { ours: ours.seconds, torch: batch * encoder.torch + torch.seconds };
    const timesFaster = seconds.torch / seconds.ours;
    totals[name] = { ...seconds, timesFaster };
    console.log(
      `${name}, ${whole ? `${epochs} epochs over ${images} images` : 'one step with its image encoder'} (computed from the parts): ` +
        `ours ${seconds.ours.toFixed(1)} s, torch ${seconds.torch.toFixed(1)} s: ${timesFaster.toFixed(1)} times faster ` +
        `(the step alone ${(torch.seconds / ours.seconds).toFixed(2)} times)`,
    );
  }
  return totals;
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
  try {
    await writeRandomModel(folder, vitLarge336);
    const assetsFolder = resolve(here, '../../assets');
    const workers = new Map<Side, JsonProcess>([
      [
        'ours',
        startJsonProcess(process.execPath, [join(here, 'training-worker.ts'), folder, assetsFolder, threads]),
      ],
    ]);
    if (python !== null)
      workers.set('torch', startJsonProcess(python, [join(here, 'torch-training.py'), '--threads', threads]));
    for (const worker of workers.values()) await worker.next(readySchema);
    const figures = new Map<string, Figures>();
    for (const [name, rounds] of cheapCases) figures.set(name, await timeSteps(workers, name, rounds));
    const encoder = await timeEncoders(folder, python, threads, 3);
    for (const [name, rounds] of dearCases) figures.set(name, await timeSteps(workers, name, rounds));
    for (const worker of workers.values()) await worker.end();
    const totals = totalsOf(figures, encoder.seconds);
    return { steps: Object.fromEntries(figures), encoder, totalsComputedFromParts: totals };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
