import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/**
 * Number of processor cores that may be used, hyper-threads of one core counted once: two of them share the units that matrix
 * products keep busy. Where the system does not say (only Linux does, in `/sys`), what Node reports.
 */
export function physicalCores(
  cpuFolder = '/sys/devices/system/cpu',
  available = availableParallelism(),
): number {
  try {
    const cores = readdirSync(cpuFolder)
      .filter((name) => /^cpu\d+$/.test(name))
      .map((name) => readFileSync(join(cpuFolder, name, 'topology/thread_siblings_list'), 'utf8').trim());
    const distinct = new Set(cores).size;
    return distinct > 0 ? Math.min(distinct, available) : available;
  } catch {
    return available;
  }
}
