import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ThumbnailSize } from '../../../src-shared/contract/asset-paths.ts';
import type { ImageCrop } from '../../../src-shared/domain/dataset.ts';
import { systemErrorCode } from '../error-report.ts';
import type { Log } from '../core.ts';
import type { ImageTools } from './image-tools.ts';
import { createLimitedWork } from './limited-work.ts';

/** A file and what tells its states apart; `crop`: a part of it. */
export interface FileState {
  readonly filePath: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  readonly crop?: ImageCrop;
}

/** Changes when the file does. */
export function fileKey({ filePath, sizeBytes, modifiedAtMs, crop }: FileState): string {
  const part = crop === undefined ? '' : `\0${crop.x} ${crop.y} ${crop.width} ${crop.height}`;
  return createHash('sha256')
    .update(`${filePath}\0${sizeBytes}\0${modifiedAtMs}${part}`)
    .digest('hex')
    .slice(0, 40);
}

export type ThumbnailStore = ReturnType<typeof createThumbnailStore>;

/** Thumbnails, made once and kept in the data folder. Not being able to keep one is no reason not to show it. */
export function createThumbnailStore(folder: string, tools: Pick<ImageTools, 'thumbnail'>, log: Log, made: () => void = () => undefined) {
  const work = createLimitedWork<Uint8Array>(2);
  let saidThatNotKept = false;

  async function make(file: FileState, sizePx: ThumbnailSize, cached: string): Promise<Uint8Array> {
    const bytes = await tools.thumbnail(file.filePath, sizePx, file.crop);
    const temporary = `${cached}.${randomUUID()}.part`;
    try {
      await mkdir(dirname(cached), { recursive: true });
      await writeFile(temporary, bytes);
      await rename(temporary, cached);
      made();
    } catch (thrown) {
      await rm(temporary, { force: true }).catch(() => undefined);
      if (!saidThatNotKept) log('warn', `Thumbnails cannot be kept in ${folder}: ${String(thrown)}`);
      saidThatNotKept = true;
    }
    return bytes;
  }

  return {
    /**
     * JPEG of the file in its present state. Throws what the image decoder says of it, and `cancelled` where `signal` says
     * that nobody waits for it before it is begun.
     */
    async get(file: FileState, sizePx: ThumbnailSize, signal?: AbortSignal): Promise<Uint8Array> {
      const key = fileKey(file);
      const cached = join(folder, String(sizePx), key.slice(0, 2), `${key}.jpg`);
      try {
        return await readFile(cached);
      } catch (thrown) {
        if (systemErrorCode(thrown) !== 'ENOENT') {
          log('warn', `The thumbnail ${cached} cannot be read and is made again: ${String(thrown)}`);
        }
      }
      return await work.once(cached, () => make(file, sizePx, cached), signal);
    },
  };
}
