import type { Label } from '../../../src-shared/domain/dataset.ts';

const goodNames = new Set(
  'good ok okay normal norm healthy defectfree nodefect nodefects nondefective nondefect undamaged flawless intact nonanomalous noanomaly io'.split(
    ' ',
  ),
);
const badNames = new Set(
  'anomaly anomalies anomalous abnormal bad ng nok notok notgood ko defect defects defective damaged faulty fault reject rejected nio diseased'.split(
    ' ',
  ),
);
/** Words that say something only beside their opposite. */
const pairs: readonly (readonly [good: string, bad: string])[] = [
  ['no', 'yes'],
  ['negative', 'positive'],
  ['neg', 'pos'],
  ['false', 'true'],
  ['0', '1'],
  ['0', '255'],
  ['pass', 'fail'],
  ['accept', 'reject'],
];

function plain(text: string): string {
  return text.toLowerCase().replaceAll(/[\s_.-]/g, '');
}

/** What a folder's name says of the images in it, beside the names of the folders next to it; null where nothing. */
export function labelOfFolder(name: string, neighbours: Iterable<string>): Label | null {
  const word = plain(name);
  if (goodNames.has(word)) return 'good';
  if (badNames.has(word)) return 'anomalous';
  const others = new Set([...neighbours].map(plain));
  for (const [good, bad] of pairs) {
    if (word === good && others.has(bad)) return 'good';
    if (word === bad && others.has(good)) return 'anomalous';
  }
  return null;
}

/** What a cell of a label column says: a label, null for an empty one, undefined for a word that says neither. */
export function labelOfCell(cell: string): Label | null | undefined {
  const word = plain(cell);
  if (word === '' || word === 'nan' || word === 'null' || word === 'none' || word === 'unlabelled')
    return null;
  if (goodNames.has(word)) return 'good';
  if (badNames.has(word)) return 'anomalous';
  for (const [good, bad] of pairs) {
    if (word === good) return 'good';
    if (word === bad) return 'anomalous';
  }
  // `1.0` as spreadsheets and pandas write it.
  const value = /^[01]\.?0+$/.test(cell.trim()) ? Number(cell) : Number.NaN;
  if (value === 0) return 'good';
  return value === 1 ? 'anomalous' : undefined;
}
