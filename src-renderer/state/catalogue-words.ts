import type { CatalogueEntry, CatalogueItem } from '../../src-shared/domain/catalogue.ts';
import { formatSize } from '../../src-shared/text/format-size.ts';
import { say } from '../texts/say.ts';

/** `OpenAI, github.com/openai/CLIP · 934 MB to fetch · 1.7 GB on disk · licence: MIT`. */
export function catalogueFacts(entry: CatalogueEntry): string {
  const { kind, file, diskBytes, memoryBytes } = entry;
  const size = file?.sizeBytes ?? null;
  return [
    `${entry.publisher}, ${entry.homepage.replace('https://', '')}`,
    ...(kind === 'prompts' ? [say('learned prompts')] : []),
    ...(file === null
      ? []
      : [size === null ? say('size not stated') : say('{size} to fetch', { size: formatSize(size) })]),
    ...(diskBytes === null ? [] : [say('{size} on disk', { size: formatSize(diskBytes) })]),
    ...(memoryBytes === null ? [] : [say('{size} of memory', { size: formatSize(memoryBytes) })]),
    say('licence: {licence}', { licence: entry.licence }),
  ].join(' · ');
}

/** What pressing the button does: begin, go on, or only import what is here already. */
export function downloadLabel({ entry, fetchedBytes }: CatalogueItem): string {
  if (fetchedBytes === 0) return say('Download');
  return fetchedBytes === entry.file?.sizeBytes ? say('Import') : say('Go on');
}
