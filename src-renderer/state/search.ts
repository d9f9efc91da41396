/** Something that can be found by its name. */
export interface SearchItem {
  readonly key: string;
  /** What is looked for. */
  readonly title: string;
  /** Tells items of the same title apart; looked through too. */
  readonly detail: string;
  /** The keys that do the same, as people read them. */
  readonly keyName?: string;
  readonly open: () => void;
}

export interface SearchGroup {
  readonly name: string;
  readonly items: readonly SearchItem[];
  /** Whether its items are shown before anything was typed. */
  readonly isShownEmpty: boolean;
}

export interface FoundGroup {
  readonly name: string;
  readonly items: readonly SearchItem[];
  /** How many more there are than are shown. */
  readonly moreCount: number;
}

const mostOfGroup = 8;

/**
 * Items whose title and detail hold every word of the text, in any order and case: those that begin with the text first,
 * then those that have it in the title, then the others; among equals as they came.
 */
export function search(groups: readonly SearchGroup[], text: string): FoundGroup[] {
  const wanted = text.trim().toLowerCase();
  const words = wanted.split(/\s+/).filter((word) => word !== '');
  return groups.flatMap(({ name, items, isShownEmpty }) => {
    const ranked: SearchItem[][] = [[], [], []];
    if (words.length === 0) {
      if (isShownEmpty) ranked[0] = [...items];
    } else {
      for (const item of items) {
        const rank = rankOf(item, wanted, words);
        if (rank !== null) ranked[rank]?.push(item);
      }
    }
    const found = ranked.flat();
    if (found.length === 0) return [];
    return [
      {
        name,
        items: found.slice(0, mostOfGroup),
        moreCount: Math.max(0, found.length - mostOfGroup),
      },
    ];
  });
}

function rankOf({ title, detail }: SearchItem, wanted: string, words: readonly string[]): 0 | 1 | 2 | null {
  const inTitle = title.toLowerCase();
  const whole = detail === '' ? inTitle : `${inTitle} ${detail.toLowerCase()}`;
  if (!words.every((word) => whole.includes(word))) return null;
  if (inTitle.startsWith(wanted)) return 0;
  return inTitle.includes(wanted) ? 1 : 2;
}
