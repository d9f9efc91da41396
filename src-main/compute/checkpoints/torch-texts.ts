import { corrupt } from './checkpoint-file.ts';
import { PickleDict, type PickleValue } from './pickle-values.ts';

/** The key beside a torch file's tensors under which this program says what it knows of them; others pass it over. */
export const ownTextsKey = 'anomaly_workbench';

/** A provenance with thousands of class names has some hundred thousand letters. */
export const textLimits = { count: 64, nameLength: 200, totalLength: 8 * 1024 * 1024 } as const;

/**
 * What a torch file says of itself under our key; none where it has no such key. Files come from anywhere: throws `corrupt-file` for
 * anything but a bounded table of texts, because weights that are read otherwise than they were learned are wrong without a sign.
 */
export function ownTexts(root: PickleValue, path: string): ReadonlyMap<string, string> {
  const table = root instanceof PickleDict ? root.entries.get(ownTextsKey) : undefined;
  if (table === undefined) return new Map();
  const refuse = (what: string) =>
    corrupt(
      path,
      `what stands under «${ownTextsKey}» ${what}. Export the file again with the program that made it.`,
    );
  if (!(table instanceof PickleDict)) throw refuse('is no table of texts');
  if (table.entries.size > textLimits.count) throw refuse('is far too long');
  const texts = new Map<string, string>();
  let length = 0;
  for (const [name, text] of table.entries) {
    if (typeof name !== 'string' || typeof text !== 'string') throw refuse('is no table of texts');
    length += name.length + text.length;
    if (name.length > textLimits.nameLength || length > textLimits.totalLength)
      throw refuse('is far too long');
    texts.set(name, text);
  }
  return texts;
}
