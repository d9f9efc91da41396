import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { startJsonProcess } from './json-process.ts';

const share = z.number().nullable();
const measuredSchema = z.object({
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakBytes: z.number(),
  metrics: z.object({ auroc: share, ap: share, aupro: share, errorBound: z.number().optional() }),
});
type Measured = z.infer<typeof measuredSchema>;

const here = import.meta.dirname;
/** As many as numpy holds in memory without disturbing the machine. */
const comparedCount = 100;
/** Ours and the reference render maps in different orders of adding, so values differ in the last bits. */
const tolerance = 1e-5;

async function measureOnce(command: string, args: readonly string[]): Promise<Measured> {
  const worker = startJsonProcess(command, args);
  const measured = await worker.next(measuredSchema);
  await worker.end();
  return measured;
}

const ours = (count: number, ...folder: string[]) =>
  measureOnce(process.execPath, [join(here, 'aupro-worker.ts'), String(count), ...folder]);

const describe = ({ seconds, cpuSeconds, peakBytes }: Measured) =>
  `${seconds.toFixed(1)} s (processor ${cpuSeconds.toFixed(1)} s), peak ${(peakBytes / 2 ** 20).toFixed(0)} MiB`;

/**
 * All pixel metrics, AUPRO included, of 400 and of 1,725 maps of 518×518 from patch maps, each in a process of its own;
 * and of 100 beside numpy, scipy and scikit-learn where a Python has them. Throws where the two say different things.
 */
export async function benchAupro(python: string | null, scratch: string): Promise<object> {
  const maps400 = await ours(400);
  console.log(`pixel metrics of 400 maps: ${describe(maps400)}`);
  const maps1725 = await ours(1725);
  console.log(`pixel metrics of 1,725 maps: ${describe(maps1725)}`);
  return { maps400, maps1725, ...(await compare(python, scratch)) };
}

async function compare(python: string | null, scratch: string): Promise<object> {
  if (python === null) return {};
  const folder = await mkdtemp(join(scratch, 'anomaly-bench-aupro-'));
  try {
    const own = await ours(comparedCount, folder);
    const numpy = await measureOnce(python, [join(here, 'aupro-reference.py'), folder]);
    console.log(
      `pixel metrics of ${comparedCount} maps: ours ${describe(own)}; numpy ${describe(numpy)}; ` +
        `ours is ${(own.seconds / numpy.seconds).toFixed(3)} times that`,
    );
    for (const name of ['auroc', 'ap', 'aupro'] as const) {
      const difference = Math.abs((own.metrics[name] ?? NaN) - (numpy.metrics[name] ?? NaN));
      if (!(difference <= tolerance))
        throw new Error(`${name}: ours ${own.metrics[name]}, numpy ${numpy.metrics[name]}`);
    }
    return {
      maps100: own,
      numpy100: numpy,
      oursDividedByNumpy: {
        seconds: own.seconds / numpy.seconds,
        cpuSeconds: own.cpuSeconds / numpy.cpuSeconds,
        peakBytes: own.peakBytes / numpy.peakBytes,
      },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
