import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { ClassCounts, DatasetLayout, ImportPreview } from '../../../src-shared/domain/dataset.ts';
import { detectLayout, layoutImporter } from './layouts.ts';
import { createTreeReader, inspectLimits, resolveFolder, type TreeLimits } from './read-folder.ts';

const problemsShown = 200;
const samplesShown = 12;
const entriesBetweenYields = 2000;

export interface InspectOptions {
  readonly path: string;
  readonly layout?: DatasetLayout | undefined;
  readonly excluded: readonly string[];
  readonly signal: AbortSignal;
  readonly limits?: TreeLimits;
}

/**
 * What an import of a folder would find, from directory listings alone; nothing is stored and no image is opened.
 * Throws `not-found`, `forbidden` or `bad-request` for a folder that cannot be read.
 */
export async function inspectDataset(options: InspectOptions): Promise<ImportPreview> {
  const { signal, excluded, limits = inspectLimits } = options;
  const root = await resolveFolder(options.path);
  const layout = options.layout ?? (await detectLayout(root, signal));
  const name = basename(root) || root;
  const tree = createTreeReader(root, { signal, limits, excluded });
  const classes = new Map<string, { -readonly [K in keyof ClassCounts]: ClassCounts[K] }>();
  const samples: string[] = [];
  let imageCount = 0;
  for await (const entry of layoutImporter(layout).entries(tree, name)) {
    const counts = classes.get(entry.className) ?? {
      name: entry.className,
      good: 0,
      anomalous: 0,
      unlabelled: 0,
      masks: 0,
    };
    counts[entry.label ?? 'unlabelled'] += 1;
    if (entry.maskPath !== null) counts.masks += 1;
    classes.set(entry.className, counts);
    if (samples.length < samplesShown) samples.push(entry.path);
    imageCount += 1;
    if (imageCount % entriesBetweenYields === 0) await setImmediate();
  }
  return {
    root,
    name,
    layout,
    imageCount,
    classes: [...classes.values()],
    problems: tree.problems.slice(0, problemsShown),
    problemCount: tree.problems.length,
    samples,
  };
}
