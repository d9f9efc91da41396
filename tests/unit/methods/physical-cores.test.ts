import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { physicalCores } from '../../../src-main/compute/runtime/physical-cores.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A folder like `/sys/devices/system/cpu` of processors with these siblings. */
function cpuFolder(siblings: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'cpus-'));
  folders.push(folder);
  mkdirSync(join(folder, 'cpufreq'));
  for (const [i, list] of siblings.entries()) {
    mkdirSync(join(folder, `cpu${i}`, 'topology'), { recursive: true });
    writeFileSync(join(folder, `cpu${i}`, 'topology', 'thread_siblings_list'), `${list}\n`);
  }
  return folder;
}

it('counts hyper-threads of one core once', () => {
  expect(physicalCores(cpuFolder(['0,2', '1,3', '0,2', '1,3']), 4)).toBe(2);
  expect(physicalCores(cpuFolder(['0', '1']), 2)).toBe(2);
});

it('never counts more than this process may use', () => {
  expect(physicalCores(cpuFolder(['0', '1', '2', '3']), 2)).toBe(2);
});

it('takes what Node reports where the system does not say', () => {
  expect(physicalCores(join(tmpdir(), 'no-such-folder'), 6)).toBe(6);
  expect(physicalCores(cpuFolder([]), 6)).toBe(6);
});
