import type { CatalogueEntry } from '../../../src-shared/domain/catalogue.ts';

/** `models import FILE --activation gelu`, as it is typed for a file of this entry. */
export function importCommand({ kind, answers }: CatalogueEntry, fileName: string): string {
  const flags = [
    ...(answers.activation === undefined ? [] : [`--activation ${answers.activation}`]),
    ...(answers.visionHeads === undefined ? [] : [`--vision-heads ${answers.visionHeads}`]),
    ...(answers.textHeads === undefined ? [] : [`--text-heads ${answers.textHeads}`]),
  ];
  return ['anomaly-workbench', kind === 'model' ? 'models' : 'prompts', 'import', fileName, ...flags].join(
    ' ',
  );
}
