import type { CatalogueEntry, CatalogueItem } from '../../src-shared/domain/catalogue.ts';
import { formatSize } from '../../src-shared/text/format-size.ts';

/** `OpenAI, github.com/openai/CLIP · 934 MB to fetch · 1.7 GB on disk · licence: MIT`. */
export function catalogueFacts(entry: CatalogueEntry): string {
  const { kind, file, diskBytes, memoryBytes } = entry;
  const size = file?.sizeBytes ?? null;
  return [
    `${entry.publisher}, ${entry.homepage.replace('https://', '')}`,
    ...(kind === 'prompts' ? ['learned prompts'] : []),
    ...(file === null ? [] : [size === null ? 'size not stated' : `${formatSize(size)} to fetch`]),
    ...(diskBytes === null ? [] : [`${formatSize(diskBytes)} on disk`]),
    ...(memoryBytes === null ? [] : [`${formatSize(memoryBytes)} of memory`]),
    `licence: ${entry.licence}`,
  ].join(' · ');
}

/** What pressing the button does: begin, go on, or only import what is here already. */
export function downloadLabel({ entry, fetchedBytes }: CatalogueItem): string {
  if (fetchedBytes === 0) return 'Download';
  return fetchedBytes === entry.file?.sizeBytes ? 'Import' : 'Go on';
}
