import { randomBytes } from 'node:crypto';
import type { ImageCrop } from '../../../src-shared/domain/dataset.ts';

/** A picture of a preview: a file of the folder that was looked into, or a part of it. */
export interface PreviewPicture {
  /** Relative to the root. */
  readonly file: string;
  readonly crop?: ImageCrop | undefined;
}

interface KeptPreview {
  readonly root: string;
  readonly pictures: readonly PreviewPicture[];
}

/** So many previews can be looked at at once; older ones are forgotten. */
const mostKept = 8;

export type PreviewPictures = ReturnType<typeof createPreviewPictures>;

/** Pictures of folders that were looked into and are no data sets (yet): only these few files are shown of them. */
export function createPreviewPictures() {
  const kept = new Map<string, KeptPreview>();
  return {
    /** Returns the id under which they can be had: 32 hexadecimal digits that cannot be guessed. */
    keep(root: string, pictures: readonly PreviewPicture[]): string {
      const id = randomBytes(16).toString('hex');
      kept.set(id, { root, pictures });
      for (const old of [...kept.keys()].slice(0, -mostKept)) kept.delete(old);
      return id;
    },
    /** `place` counts from 1; null where there is none, or the preview was forgotten. */
    find(id: string, place: number): (PreviewPicture & { readonly root: string }) | null {
      const preview = kept.get(id);
      const picture = preview?.pictures[place - 1];
      return preview === undefined || picture === undefined ? null : { ...picture, root: preview.root };
    },
  };
}
