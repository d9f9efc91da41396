import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { readTensors } from '../../../src-main/compute/runtime/read-learned-prompts.ts';
import { trainingLossSchema } from '../../../src-shared/domain/training.ts';
import { tinyClipConfig, writeMadeUpCheckpoint } from '../../support/made-up-checkpoints.ts';
import { eventually, writeTree } from '../core/support/harness.ts';

// The whole of it: command line, core and compute are processes of their own, ONNX Runtime computes features and steps.

const epochs = 16;
let folder: string;
let set: string;
let weights: string;

/** Begins a command in its own process. */
function begin(dataFolder: string, args: readonly string[]) {
  const entry = path.join(import.meta.dirname, 'cli-process.ts');
  const child = spawn(process.execPath, [entry, ...args, '--data', dataFolder], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, ended, out: text(child.stdout), err: text(child.stderr) };
}

async function finish(dataFolder: string, args: readonly string[]): Promise<unknown> {
  const { ended, out, err } = begin(dataFolder, [...args, '--json']);
  expect(await ended, `${await err}${await out}`).toBe(0);
  return JSON.parse(await out);
}

const trained = z.object({
  training: z.object({ state: z.literal('succeeded') }),
  losses: z.array(trainingLossSchema),
  checkpoints: z.array(z.object({ epoch: z.number(), lossMean: z.number() })),
});

const learn = () => [
  ...['train', set, '--method', 'anomalyclip', '--model', 'tiny'],
  ...['--epochs', String(epochs), '--batch', '2', '--seed', '3'],
];

const filesOf = (dataFolder: string) =>
  readdir(path.join(dataFolder, 'trainings', '1')).then(
    (names) => names.filter((name) => name.endsWith('.safetensors')).sort(),
    () => [],
  );

/** Every number of every checkpoint, moments of the optimiser too, as bytes. */
async function numbersOf(dataFolder: string): Promise<Record<string, string>> {
  const numbers: Record<string, string> = {};
  for (const file of await filesOf(dataFolder))
    for (const [name, { data }] of await readTensors(path.join(dataFolder, 'trainings', '1', file)))
      numbers[`${file} ${name}`] = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString(
        'base64',
      );
  return numbers;
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'train-kill-'));
  set = path.join(folder, 'parts');
  const names = ['good/1', 'good/2', 'good/3', 'cut/4', 'cut/5'].map((name) => `plate/test/${name}.png`);
  const masks = ['4', '5'].map((name) => `plate/ground_truth/cut/${name}_mask.png`);
  await writeTree(set, Object.fromEntries([...names, ...masks].map((name) => [name, 'picture' as const])));
  weights = await writeMadeUpCheckpoint(path.join(folder, 'weights'), 'huggingface-safetensors', {
    config: tinyClipConfig,
  });
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
});

describe('train, killed with kill -9', () => {
  it('goes on with --resume to the very same numbers in every checkpoint', { timeout: 180_000 }, async () => {
    const [whole, killed] = [path.join(folder, 'whole'), path.join(folder, 'killed')];
    for (const dataFolder of [whole, killed])
      await finish(dataFolder, ['models', 'import', weights, '--name', 'tiny']);
    const uninterrupted = trained.parse(await finish(whole, learn()));

    const first = begin(killed, learn());
    await eventually(async () => (await filesOf(killed)).length >= 2, 90_000);
    first.child.kill('SIGKILL');
    await first.ended;
    const done = (await filesOf(killed)).length;
    expect(done).toBeLessThan(epochs);

    const resumed = trained.parse(await finish(killed, ['train', '--resume', '1']));
    expect(resumed.checkpoints.map(({ epoch }) => epoch)).toEqual(
      Array.from({ length: epochs }, (_, i) => i + 1),
    );
    expect(resumed.losses).toEqual(uninterrupted.losses);
    expect(resumed.checkpoints.map(({ lossMean }) => lossMean)).toEqual(
      uninterrupted.checkpoints.map(({ lossMean }) => lossMean),
    );
    const expected = await numbersOf(whole);
    expect(Object.keys(expected).filter((name) => name.includes('optimiser.v.')).length).toBeGreaterThan(
      epochs,
    );
    expect(await numbersOf(killed)).toEqual(expected);
  });
});
