import { constants } from 'node:fs';
import { lstat, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { fromSystemError, systemErrorCode } from '../error-report.ts';
import { makeFolder } from '../make-folder.ts';
import type { ByteSink } from './grey-png.ts';
import { safeParts } from './safe-path.ts';

/**
 * The one folder an export writes below. Every file gets a temporary name first and its own when it is whole; a link
 * inside the folder that leads out of it is never followed.
 */
export class TargetFolder {
  readonly path: string;
  #lastFolder = '';

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes the folder where it is missing. Throws what `makeFolder` throws. */
  static open(folder: string): TargetFolder {
    makeFolder(folder, 'the folder of the export');
    return new TargetFolder(folder);
  }

  /** Names of what lies in the folder; none where it is not there. Throws `bad-request` where it is no folder. */
  static async list(folder: string): Promise<readonly string[]> {
    try {
      return await readdir(folder);
    } catch (thrown) {
      const code = systemErrorCode(thrown);
      if (code === 'ENOENT') return [];
      if (code === 'ENOTDIR')
        throw new WorkbenchError('bad-request', `${folder} is a file. Choose a folder to export to.`);
      throw fromSystemError(thrown, folder);
    }
  }

  /** The text of a small file in it, null where there is none. */
  async read(name: string): Promise<string | null> {
    try {
      return await readFile(join(this.path, name), 'utf8');
    } catch (thrown) {
      if (systemErrorCode(thrown) === 'ENOENT') return null;
      throw fromSystemError(thrown, join(this.path, name));
    }
  }

  /** Whether a file is there that was finished at that time or later. */
  async has(name: string, sinceMs: number): Promise<boolean> {
    const found = await stat(join(this.path, name)).catch(() => null);
    return found !== null && found.isFile() && found.mtimeMs >= sinceMs;
  }

  /**
   * Writes one file. `name` is relative, with forward slashes. Rejects with `forbidden` where it would lie outside the
   * folder, with what `produce` throws, and with what writing throws; then nothing is left of it.
   */
  async write(name: string, produce: (sink: ByteSink) => Promise<void>): Promise<void> {
    const file = await this.begin(name);
    try {
      await produce(file.sink);
      await file.finish();
    } catch (thrown) {
      await file.abandon();
      throw thrown;
    }
  }

  /** As `write`, for a file that stays open while others are written. */
  async begin(name: string): Promise<OpenFile> {
    const parts = safeParts(name);
    if (parts === null)
      throw new WorkbenchError('forbidden', `${JSON.stringify(name)} leads out of ${this.path}.`);
    const file = resolve(this.path, ...parts);
    await this.#require(dirname(file));
    const unfinished = `${file}.part`;
    try {
      // Left by an attempt that was killed; with `wx` nothing that stands there, a link least of all, is written through.
      await rm(unfinished, { force: true });
      const handle = await open(unfinished, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
      return {
        sink: async (bytes) => {
          try {
            for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten;
          } catch (thrown) {
            throw fromSystemError(thrown, file);
          }
        },
        finish: async () => {
          try {
            await handle.close();
            await rename(unfinished, file);
          } catch (thrown) {
            throw fromSystemError(thrown, file);
          }
        },
        abandon: async () => {
          await handle.close().catch(() => undefined);
          await rm(unfinished, { force: true }).catch(() => undefined);
        },
      };
    } catch (thrown) {
      throw fromSystemError(thrown, file);
    }
  }

  /** Makes a folder of the target, step by step: a link on the way would make folders somewhere else. */
  async #require(folder: string): Promise<void> {
    if (folder === this.#lastFolder) return;
    let reached = this.path;
    for (const part of relative(this.path, folder).split(sep).filter(Boolean)) {
      reached = join(reached, part);
      if ((await lstat(reached).catch(() => null))?.isSymbolicLink() === true) {
        throw new WorkbenchError(
          'forbidden',
          `${reached} is a link. An export writes nothing through links; remove it or choose another folder.`,
        );
      }
      makeFolder(reached, 'the folder');
    }
    this.#lastFolder = folder;
  }
}

export interface OpenFile {
  readonly sink: ByteSink;
  finish(): Promise<void>;
  abandon(): Promise<void>;
}
