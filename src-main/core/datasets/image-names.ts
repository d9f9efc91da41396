/** Extensions of the image formats that are read; content decides in the end, names only choose what is looked at. */
const readExtensions = new Set(['.png', '.jpg', '.jpeg', '.jpe', '.jfif', '.tif', '.tiff', '.bmp', '.webp']);
const knownUnread = new Set([
  '.gif',
  '.heic',
  '.heif',
  '.avif',
  '.jp2',
  '.jxl',
  '.dcm',
  '.dicom',
  '.exr',
  '.hdr',
  '.psd',
  '.raw',
  '.cr2',
  '.cr3',
  '.nef',
  '.arw',
  '.dng',
  '.tga',
  '.ppm',
  '.pgm',
  '.npy',
]);

export type FileNameKind = 'image' | 'unsupported-image' | 'other';

/** What a file's name says of it. */
export function classifyFileName(name: string): FileNameKind {
  const extension = extensionOf(name);
  if (readExtensions.has(extension)) return 'image';
  return knownUnread.has(extension) ? 'unsupported-image' : 'other';
}

/** In lower case, with its dot; empty where there is none. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot).toLowerCase();
}

export function stemOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? name : name.slice(0, dot);
}

/** Names that systems and tools leave behind; nobody means them when choosing a folder. */
export function isHidden(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX' || name === '@eaDir' || name === 'Thumbs.db';
}
