import { imageCropSchema, type ImageCrop } from '../../../src-shared/domain/dataset.ts';

/** The part of a file that an image is, as fields that are absent where it is a whole file. */
export function regionOf(
  filePath: string | null,
  crop: string | null,
): { readonly filePath?: string; readonly crop?: ImageCrop } {
  return {
    ...(filePath === null ? {} : { filePath }),
    ...(crop === null ? {} : { crop: imageCropSchema.parse(JSON.parse(crop)) }),
  };
}

/** A row with its region still in columns. */
export type WithRegion<T> = Omit<T, 'filePath' | 'crop'> & {
  readonly filePath: string | null;
  readonly crop: string | null;
};

export function withRegion<T>(row: WithRegion<T>) {
  const { filePath, crop, ...rest } = row;
  return { ...rest, ...regionOf(filePath, crop) };
}
