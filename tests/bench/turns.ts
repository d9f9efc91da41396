import { loadavg } from 'node:os';
import { performance } from 'node:perf_hooks';
import { z } from 'zod';
import type { JsonProcess } from './json-process.ts';

export type Side = 'ours' | 'torch';
export type Workers = ReadonlyMap<Side, JsonProcess>;

/** What both kinds of workers say of one order. */
const passSchema = z.object({
  /** An encoder answers with a list, a step with one number. */
  seconds: z
    .union([z.number(), z.array(z.number()).length(1)])
    .transform((seconds) => [seconds].flat()[0] ?? 0),
  cpuSeconds: z.number(),
  peakBytes: z.number(),
  /** Processor time since the answer before: what this side did while it should have waited for the other. */
  idleCpuSeconds: z.number(),
  /** Of a step. A loss that is no number would mean that something else was timed, and is refused. */
  loss: z.number().optional(),
  /** Ours: the part of `seconds` in which features were read from disk. */
  readSeconds: z.number().optional(),
});

export interface Pass {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly readSeconds: number;
  /** Seconds of the other side's passes since this side's last one, and the processor time this side used meanwhile. */
  readonly waitedSeconds: number;
  readonly idleCpuSeconds: number;
  readonly peakBytes: number;
  /** Mean load of the last minute when the pass began; these two sides alone come to about 2. */
  readonly load: number;
  readonly isBusy: boolean;
}

export interface Figure {
  /** Medians of the counted passes. */
  readonly seconds: number;
  /** The counted pass that other work disturbed least. */
  readonly fastestSeconds: number;
  readonly cpuSeconds: number;
  readonly readSeconds: number;
  readonly peakBytes: number;
  /** Processor time that this side took from the other, as a share of the time it waited. */
  readonly idleShare: number;
  readonly isBusy: boolean;
  /** False where time was up after one pass, which then counts although it is the first. */
  readonly isFirstLeftOut: boolean;
  /** All passes, the first too. */
  readonly passes: readonly Pass[];
}
export type Figures = Partial<Record<Side, Figure>>;

export interface TurnLimits {
  /** Counted rounds after the first one. */
  readonly rounds: number;
  /** No round begins later than this after the first began. */
  readonly seconds: number;
}

/** More than this is other work on the machine: the sides take turns on two threads. */
export const quietLoad = 2.5;
export const gibibytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(2)} GiB`;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Gives each side the same order in turn; the side that begins changes every round. */
export async function takeTurns(
  workers: Workers,
  name: string,
  order: string,
  limits: TurnLimits,
): Promise<Figures> {
  const passes = new Map([...workers.keys()].map((side): [Side, Pass[]] => [side, []]));
  const waited = new Map<Side, number>();
  const sides = [...workers];
  const startMs = performance.now();
  for (let round = 0; round <= limits.rounds; round++) {
    if (round > 0 && performance.now() - startMs > limits.seconds * 1000) break;
    for (let i = 0; i < sides.length; i++) {
      const [side, worker] = sides[(round + i) % sides.length] ?? [];
      if (!side || !worker) continue;
      const load = loadavg()[0] ?? NaN;
      worker.order(order);
      const answer = await worker.next(passSchema);
      const { readSeconds = 0 } = answer;
      const waitedSeconds = waited.get(side) ?? 0;
      passes.get(side)?.push({ ...answer, readSeconds, waitedSeconds, load, isBusy: load > quietLoad });
      for (const other of workers.keys())
        waited.set(other, other === side ? 0 : (waited.get(other) ?? 0) + answer.seconds);
    }
  }
  const figures: Figures = {};
  for (const [side, all] of passes) {
    const figure = figureOf(all);
    figures[side] = figure;
    describe(name, side, figure);
  }
  return figures;
}

function figureOf(passes: readonly Pass[]): Figure {
  const isFirstLeftOut = passes.length > 1;
  const counted = isFirstLeftOut ? passes.slice(1) : passes;
  const of = (pick: (pass: Pass) => number) => median(counted.map(pick));
  const waitedSeconds = sum(counted.map((pass) => pass.waitedSeconds));
  return {
    seconds: of((pass) => pass.seconds),
    fastestSeconds: Math.min(...counted.map((pass) => pass.seconds)),
    cpuSeconds: of((pass) => pass.cpuSeconds),
    readSeconds: of((pass) => pass.readSeconds),
    peakBytes: Math.max(...passes.map((pass) => pass.peakBytes)),
    idleShare: waitedSeconds > 0 ? sum(counted.map((pass) => pass.idleCpuSeconds)) / waitedSeconds : 0,
    isBusy: counted.some((pass) => pass.isBusy),
    isFirstLeftOut,
    passes,
  };
}

function describe(name: string, side: Side, figure: Figure): void {
  const each = figure.passes.map(
    ({ seconds, load, isBusy }, i) =>
      `${i === 0 && figure.isFirstLeftOut ? 'first, not counted, ' : ''}${seconds.toFixed(2)} at load ${load.toFixed(1)}${isBusy ? ' BUSY' : ''}`,
  );
  console.log(
    `${name}, ${side}: ${figure.seconds.toFixed(2)} s (${each.join('; ')}), processor ${figure.cpuSeconds.toFixed(2)} s` +
      (figure.readSeconds > 0 ? `, of it reading features ${figure.readSeconds.toFixed(3)} s` : '') +
      `, while the other's turn was ${(100 * figure.idleShare).toFixed(1)} % of a core, peak so far ${gibibytes(figure.peakBytes)}`,
  );
}
