import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { DatasetLayout, LayoutOptions } from '../../../src-shared/domain/dataset.ts';

interface OptionReaders {
  /** As a person calls it. */
  readonly words: string;
  readonly layouts: readonly DatasetLayout[];
}

const readers = {
  elpvCut: { words: 'The cut of defect probabilities (--cut)', layouts: ['elpv'] },
  sddHalves: { words: 'Cutting pictures in two or not (--whole, --halves)', layouts: ['sdd'] },
  table: {
    words: 'The choice of a table (--table)',
    layouts: ['visa', 'anomalyclip', 'list', 'coco', 'elpv'],
  },
} as const satisfies Record<keyof LayoutOptions, OptionReaders>;

/**
 * Throws `bad-request` for an option that the layout does not read: it would do nothing, and the options of before would be
 * gone for it.
 */
export function requireReadOptions(
  root: string,
  layout: DatasetLayout,
  options: LayoutOptions | undefined,
): void {
  for (const [name, { words, layouts }] of Object.entries<OptionReaders>(readers)) {
    if (options?.[name as keyof LayoutOptions] === undefined || layouts.includes(layout)) continue;
    throw new WorkbenchError(
      'bad-request',
      `${words} means nothing to the layout ${layout}, as which ${root} is read; only to ${layouts.join(', ')}. Leave it out, or choose the layout (--layout).`,
    );
  }
}
