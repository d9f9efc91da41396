import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type {
  ClassCounts,
  DatasetLayout,
  ImageCrop,
  ImportPreview,
  Label,
  LayoutOptions,
  Problem,
} from '../../../src-shared/domain/dataset.ts';
import { defaultImageTools } from '../assets/default-image-tools.ts';
import type { LayoutEntry } from './layout.ts';
import { detectLayout, layoutImporter } from './layouts.ts';
import { probeEntry } from './probe-entry.ts';
import { createTreeReader, inspectLimits, resolveFolder, type TreeLimits } from './read-folder.ts';
import { requireReadOptions } from './require-read-options.ts';

const problemsShown = 200;
const samplesShown = 12;
const entriesBetweenYields = 2000;
/** Where masks decide labels, so many are read, and for so long, while somebody waits. */
const masksRead = 3000;
const maskReadingMs = 4000;

export interface InspectOptions {
  readonly path: string;
  readonly layout?: DatasetLayout | undefined;
  readonly layoutOptions?: LayoutOptions | undefined;
  readonly excluded: readonly string[];
  readonly signal: AbortSignal;
  readonly limits?: TreeLimits;
}

/**
 * What an import of a folder would find, from directory listings and tables; nothing is stored and no image is opened,
 * except masks that decide labels (SDD), for at most four seconds. At most 200,000 files are looked at.
 * Throws `not-found`, `forbidden` or `bad-request` for a folder that cannot be read.
 */
export async function inspectDataset(options: InspectOptions): Promise<ImportPreview> {
  const { signal, excluded, limits = inspectLimits } = options;
  const root = await resolveFolder(options.path);
  const layout = options.layout ?? (await detectLayout(root, signal));
  const name = basename(root) || root;
  const layoutOptions = options.layoutOptions ?? {};
  requireReadOptions(root, layout, layoutOptions);
  const tree = createTreeReader(root, { signal, limits, excluded });
  const classes = new Map<string, { -readonly [K in keyof ClassCounts]: ClassCounts[K] }>();
  const samples: string[] = [];
  let imageCount = 0;
  const labels = createLabelReader(root);
  for await (const entry of layoutImporter(layout).entries(tree, { datasetName: name, layoutOptions })) {
    const counts = classes.get(entry.className) ?? {
      name: entry.className,
      good: 0,
      anomalous: 0,
      unlabelled: 0,
      masks: 0,
    };
    const label = entry.emptyMask === 'good' ? await labels.read(entry) : entry.label;
    counts[label ?? 'unlabelled'] += 1;
    if (entry.maskPath !== null && label !== 'good') counts.masks += 1;
    classes.set(entry.className, counts);
    if (samples.length < samplesShown) samples.push(entry.path);
    imageCount += 1;
    if (imageCount % entriesBetweenYields === 0) await setImmediate();
  }
  if (labels.skipped() > 0) {
    tree.problems.push({
      path: '.',
      code: 'too-many-files',
      message: `The labels of ${labels.skipped()} images are in their masks, which the import reads; here they count as unlabelled.`,
    });
  }
  return {
    root,
    name,
    layout,
    ...(Object.keys(layoutOptions).length === 0 ? {} : { layoutOptions }),
    imageCount,
    classes: [...classes.values()],
    problems: tree.problems.slice(0, problemsShown),
    problemCount: tree.problems.length,
    samples,
  };
}

/** Labels that masks decide, as an import would find them; null where the mask was not read. */
function createLabelReader(root: string) {
  const endMs = performance.now() + maskReadingMs;
  let read = 0;
  let skipped = 0;
  return {
    async read(entry: LayoutEntry): Promise<Label | null> {
      if (entry.maskPath === null) return null;
      if (read >= masksRead || performance.now() > endMs) {
        skipped += 1;
        return null;
      }
      read += 1;
      const problems: Problem[] = [];
      const options = {
        root,
        entry,
        known: undefined,
        problems,
        probe: probeImage,
        probeMask: probeMaskFile,
      };
      return (await probeEntry(options))?.label ?? null;
    },
    skipped: () => skipped,
  };
}

const probeImage = (file: string) => defaultImageTools.probe(file);
const probeMaskFile = (file: string, crop?: ImageCrop) => defaultImageTools.probeMask(file, crop);
