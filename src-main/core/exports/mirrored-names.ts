import { fileOf, type DatasetImage } from '../../../src-shared/domain/dataset.ts';
import type { ExportOptions } from '../../../src-shared/domain/export.ts';
import { safeParts, shortName } from './safe-path.ts';

/** Where an image's files go, without suffix and extension, relative to a kind's folder. */
export interface MirroredName {
  readonly name: string;
  /** Another image had the name already: of `a.png` and `a.jpg` the second keeps its extension. */
  readonly isRenamed: boolean;
}

/**
 * Gives out names that mirror the images' own paths, no name twice, however letters are cased or composed: exports are
 * carried to file systems that do not tell them apart. The same images in the same order get the same names. Holds about
 * 100 bytes an image.
 */
export class MirroredNames {
  readonly #taken = new Set<string>();
  readonly #names: ExportOptions['names'];

  constructor(names: ExportOptions['names']) {
    this.#names = names;
  }

  /** Null for an image whose path leads out of its data set. */
  next(
    image: Pick<DatasetImage, 'path' | 'filePath' | 'className' | 'split' | 'defect' | 'label'>,
  ): MirroredName | null {
    const parts = safeParts(image.path);
    const fileName = parts?.at(-1);
    if (parts === null || fileName === undefined || safeParts(fileOf(image)) === null) return null;
    const folders = this.#foldersOf(image, parts);
    if (folders === null) return null;
    // A part of a file is called `picture.jpg#top`: `picture_top`.
    const [file = '', part] = image.filePath === undefined ? [fileName] : fileName.split(/#(?=[^#]*$)/u);
    const stem = file.replace(/(?<=.)\.[^.]*$/u, '') + (part === undefined ? '' : `_${part}`);
    const folder = folders.map((one) => `${one}/`).join('');
    const wanted = folder + shortName(stem);
    if (this.#take(wanted)) return { name: wanted, isRenamed: false };
    for (let n = 1; ; n++) {
      const other = folder + shortName(n === 1 ? fileName.replaceAll('.', '_') : `${stem}~${n}`);
      if (this.#take(other)) return { name: other, isRenamed: true };
    }
  }

  #foldersOf(
    { className, split, defect, label }: Pick<DatasetImage, 'className' | 'split' | 'defect' | 'label'>,
    parts: readonly string[],
  ): readonly string[] | null {
    const own = parts.slice(0, -1).map(shortName);
    const kind = defect ?? label;
    if (this.#names === 'suffixed' || kind === null) return own;
    return safeParts(`${className}/${split ?? 'test'}/${kind}`)?.map(shortName) ?? null;
  }

  #take(name: string): boolean {
    const key = name.normalize('NFC').toLowerCase();
    if (this.#taken.has(key)) return false;
    this.#taken.add(key);
    return true;
  }
}
