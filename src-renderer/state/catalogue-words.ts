import type { CatalogueEntry, CatalogueItem } from '../../src-shared/domain/catalogue.ts';
import { formatBytes } from './format.ts';

/** `OpenAI, github.com/openai/CLIP · 934 MB to fetch · 1.7 GB on disk · licence: MIT`. */
export function catalogueFacts(entry: CatalogueEntry): string {
  const { kind, file, diskBytes, memoryBytes } = entry;
  const size = file?.sizeBytes ?? null;
  return [
    `${entry.publisher}, ${entry.homepage.replace('https://', '')}`,
    ...(kind === 'prompts' ? ['learned prompts'] : []),
    ...(file === null ? [] : [size === null ? 'size not stated' : `${formatBytes(size)} to fetch`]),
    ...(diskBytes === null ? [] : [`${formatBytes(diskBytes)} on disk`]),
    ...(memoryBytes === null ? [] : [`${formatBytes(memoryBytes)} of memory`]),
    `licence: ${entry.licence}`,
  ].join(' · ');
}

/** What pressing the button does: begin, go on, or only import what is here already. */
export function downloadLabel({ entry, fetchedBytes }: CatalogueItem): string {
  if (fetchedBytes === 0) return 'Download';
  return fetchedBytes === entry.file?.sizeBytes ? 'Import' : 'Go on';
}
