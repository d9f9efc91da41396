import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pruneGraphs } from '../../../src-main/compute/runtime/graph-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prune-graphs-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const hash = (n: number) => String(n).padStart(24, '0');
const halfName = '.train-coop-000000000000000000000000.6f1c1b1e-6c5e-4c0e-9d53-0d7b0a1b2c3d.tmp';

function put(name: string, ageMinutes: number): string {
  const path = join(folder, name);
  const seconds = Date.now() / 1000 - ageMinutes * 60;
  writeFileSync(path, name);
  utimesSync(path, seconds, seconds);
  return path;
}

describe('graphs of steps beside a model', () => {
  it('go when they were used longest ago, unless they are being run; nothing else is touched', async () => {
    const running = put(`train-coop-${hash(1)}.onnx`, 900);
    const kept = [
      'model.safetensors',
      `vision-${hash(2)}.onnx`,
      'train-notes.onnx',
      `train-x-${hash(3)}.txt`,
    ];
    for (const name of kept) put(name, 1000);
    for (let n = 4; n < 9; n++) put(`train-faprompt-${hash(n)}.onnx`, n);
    const prune = () =>
      pruneGraphs({ folder, prefix: 'train-', keep: 2, isInUse: (path) => path === running });
    await prune();
    const left = [
      `train-coop-${hash(1)}.onnx`,
      `train-faprompt-${hash(4)}.onnx`,
      `train-faprompt-${hash(5)}.onnx`,
    ];
    expect(readdirSync(folder).sort()).toEqual([...kept, ...left].sort());
    await prune();
    expect(readdirSync(folder)).toHaveLength(kept.length + left.length);
  });

  it('count as used when they are run', async () => {
    const first = put(`train-coop-${hash(1)}.onnx`, 900);
    put(`train-coop-${hash(2)}.onnx`, 5);
    const prune = (running: string | null) =>
      pruneGraphs({ folder, prefix: 'train-', keep: 1, isInUse: (path) => path === running });
    await prune(first);
    await prune(null);
    expect(readdirSync(folder)).toEqual([`train-coop-${hash(1)}.onnx`]);
  });

  it('go as halves once nobody can be writing them any more', async () => {
    put(halfName, 5);
    const prune = () => pruneGraphs({ folder, prefix: 'train-', keep: 1, isInUse: () => false });
    await prune();
    expect(readdirSync(folder)).toEqual([halfName]);
    put(halfName, 61);
    await prune();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('are no matter where the folder is gone', async () => {
    await expect(
      pruneGraphs({ folder: join(folder, 'gone'), prefix: 'train-', keep: 1, isInUse: () => false }),
    ).resolves.toBeUndefined();
  });
});
