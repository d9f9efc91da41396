import { watch, type FSWatcher } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { WatchState } from '../../../src-shared/domain/dataset.ts';
import { systemErrorCode } from '../error-report.ts';
import { classifyFileName, extensionOf, isHidden } from './image-names.ts';
import { joinPath } from './read-folder.ts';

export interface WatchTiming {
  /** A file whose length and time stayed the same for so long is taken for written. */
  readonly settleMs: number;
  /** How often changing files are looked at. */
  readonly tickMs: number;
  /** How often the times of folders are compared: what no event told of, on network drives above all. */
  readonly lookMs: number;
  /** Between the beginnings of two imports; three times as long as an import takes, where that is more. */
  readonly gapMs: number;
}

export const defaultWatchTiming: WatchTiming = { settleMs: 1000, tickMs: 250, lookMs: 5000, gapMs: 1000 };

export interface FolderWatchOptions {
  /** Absolute, links resolved. */
  readonly root: string;
  readonly timing: WatchTiming;
  /** Begins an import of the folder; false where it cannot be begun just now. */
  startImport(): boolean;
  onState(state: WatchState, message: string): void;
}

/** More files than these changing at once are not followed one by one: all wait until nothing happens any more. */
const mostFollowed = 2000;
const foldersAtOnce = 2000;

/**
 * Watches one folder tree. Every folder has its own watch (Node's recursive one puts one on every file on Linux, which
 * 50,000 images are too many for); where the system allows no more of them, and for network drives that tell nothing,
 * folders' times are compared every few seconds.
 */
export class FolderWatch {
  readonly #options: FolderWatchOptions;
  readonly #folders = new Map<string, { watcher: FSWatcher | null; modifiedAtMs: number }>();
  /** Files that are being written, with what was last seen of them. */
  readonly #changing = new Map<string, { sizeBytes: number; modifiedAtMs: number; sinceMs: number }>();
  #ticking: NodeJS.Timeout | null = null;
  readonly #looking: NodeJS.Timeout;
  #isBusy = false;
  #isDue = true;
  #isClosed = false;
  /** Set when too much happens at once: when the last of it did. */
  #floodedAtMs: number | null = null;
  #lastStartMs = 0;
  #importMs = 0;
  #rootNumber: number | null = null;
  #limited = false;
  #state: WatchState | null = null;

  constructor(options: FolderWatchOptions) {
    this.#options = options;
    this.#looking = setInterval(() => {
      void this.#look();
    }, options.timing.lookMs);
    this.#looking.unref();
  }

  /** Resolves when the root is watched, or is known to be missing. */
  async open(): Promise<void> {
    await this.#look();
    this.#tickSoon();
  }

  get unsettled(): ReadonlySet<string> {
    return new Set(this.#changing.keys());
  }

  /** The folders of the tree, as an import has just listed them. */
  async foldersRead(folders: readonly string[]): Promise<void> {
    const now = new Set(folders);
    for (const folder of this.#folders.keys()) {
      if (!now.has(folder) && folder !== '') this.#drop(folder);
    }
    for (const [i, folder] of folders.entries()) {
      if (i % 500 === 499) await new Promise(setImmediate);
      await this.#add(folder);
    }
  }

  importEnded(durationMs: number): void {
    this.#importMs = durationMs;
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#looking);
    if (this.#ticking !== null) clearInterval(this.#ticking);
    for (const folder of [...this.#folders.keys()]) this.#drop(folder);
  }

  async #add(folder: string): Promise<void> {
    if (this.#isClosed || this.#folders.has(folder)) return;
    const absolute = join(this.#options.root, folder);
    const modifiedAtMs = await folderTime(absolute);
    if (modifiedAtMs === null || this.#folders.has(folder) || this.#isClosed) return;
    this.#folders.set(folder, { watcher: this.#watch(absolute, folder), modifiedAtMs });
  }

  #watch(absolute: string, folder: string): FSWatcher | null {
    if (this.#limited) return null;
    try {
      const watcher = watch(absolute, { persistent: false }, (_, name) => {
        if (name !== null) this.#changed(joinPath(folder, name));
      });
      watcher.on('error', () => {
        this.#drop(folder);
      });
      return watcher;
    } catch (thrown) {
      const code = systemErrorCode(thrown);
      if (code === 'ENOSPC' || code === 'EMFILE') this.#limited = true;
      return null;
    }
  }

  #drop(folder: string): void {
    this.#folders.get(folder)?.watcher?.close();
    this.#folders.delete(folder);
  }

  #changed(path: string): void {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (this.#isClosed || isHidden(name)) return;
    const nowMs = performance.now();
    if (this.#floodedAtMs !== null || this.#changing.size >= mostFollowed) {
      this.#floodedAtMs = nowMs;
    } else if (!this.#changing.has(path)) {
      this.#changing.set(path, { sizeBytes: -1, modifiedAtMs: -1, sinceMs: nowMs });
    }
    this.#tickSoon();
  }

  #tickSoon(): void {
    if (this.#ticking !== null || this.#isClosed) return;
    this.#ticking = setInterval(() => {
      void this.#tick();
    }, this.#options.timing.tickMs);
    this.#ticking.unref();
  }

  async #tick(): Promise<void> {
    if (this.#isBusy || this.#isClosed) return;
    this.#isBusy = true;
    try {
      const { settleMs, gapMs } = this.#options.timing;
      if (this.#floodedAtMs !== null && performance.now() - this.#floodedAtMs > settleMs) {
        this.#floodedAtMs = null;
        this.#changing.clear();
        this.#isDue = true;
      }
      if (this.#floodedAtMs === null) await this.#settle();
      const gap = Math.max(gapMs, 3 * this.#importMs);
      // Half a table would read as «the other images are gone».
      const writesTable = [...this.#changing.keys()].some(isTable);
      const mayStart =
        this.#state === 'watching' && !writesTable && performance.now() - this.#lastStartMs >= gap;
      if (
        this.#isDue &&
        mayStart &&
        this.#floodedAtMs === null &&
        !this.#isClosed &&
        this.#options.startImport()
      ) {
        this.#isDue = false;
        this.#lastStartMs = performance.now();
      }
      const isQuiet = !this.#isDue && this.#changing.size === 0 && this.#floodedAtMs === null;
      if (isQuiet && this.#ticking !== null) {
        clearInterval(this.#ticking);
        this.#ticking = null;
      }
    } finally {
      this.#isBusy = false;
    }
  }

  /** Looks which of the changing files have been written. */
  async #settle(): Promise<void> {
    for (const [path, seen] of [...this.#changing]) {
      const facts = await stat(join(this.#options.root, path)).catch(() => null);
      const nowMs = performance.now();
      if (facts === null) {
        this.#changing.delete(path);
        this.#drop(path);
        this.#isDue = true;
      } else if (facts.isDirectory()) {
        this.#changing.delete(path);
        this.#isDue = true;
        // Files may have come into it before it was watched: the import finds them.
        await this.#add(path);
      } else if (facts.size !== seen.sizeBytes || facts.mtimeMs !== seen.modifiedAtMs) {
        this.#changing.set(path, { sizeBytes: facts.size, modifiedAtMs: facts.mtimeMs, sinceMs: nowMs });
      } else if (nowMs - seen.sinceMs >= this.#options.timing.settleMs) {
        this.#changing.delete(path);
        if (isOfConcern(path)) this.#isDue = true;
      }
    }
  }

  /** What events do not tell: the root is gone or another one, folders changed on a drive without events. */
  async #look(): Promise<void> {
    if (this.#isClosed) return;
    const root = await stat(this.#options.root).catch(() => null);
    if (root === null || !root.isDirectory()) {
      for (const folder of [...this.#folders.keys()]) this.#drop(folder);
      this.#changing.clear();
      this.#rootNumber = null;
      this.#setState('missing', `${this.#options.root} is not there. It is watched again when it is back.`);
      return;
    }
    if (this.#rootNumber !== root.ino) {
      for (const folder of [...this.#folders.keys()]) this.#drop(folder);
      this.#rootNumber = root.ino;
      this.#isDue = true;
    }
    await this.#add('');
    this.#setState(
      'watching',
      this.#limited
        ? 'The system allows no more watched folders: new and removed files are found within seconds, changed ones at the next import.'
        : '',
    );
    for (const [folder, known] of [...this.#folders].slice(0, foldersAtOnce)) {
      const modifiedAtMs = await folderTime(join(this.#options.root, folder));
      if (modifiedAtMs === known.modifiedAtMs) continue;
      known.modifiedAtMs = modifiedAtMs ?? -1;
      await this.#followNewFiles(folder);
      this.#isDue = true;
    }
    if (this.#isDue) this.#tickSoon();
  }

  /** Files that were written to a moment ago may still be. */
  async #followNewFiles(folder: string): Promise<void> {
    const names = await readdir(join(this.#options.root, folder)).catch(() => []);
    const sinceMs = Date.now() - this.#options.timing.lookMs - this.#options.timing.settleMs;
    for (const name of names.slice(-mostFollowed)) {
      const facts = await stat(join(this.#options.root, folder, name)).catch(() => null);
      if (facts?.isFile() === true && facts.mtimeMs > sinceMs) this.#changed(joinPath(folder, name));
    }
  }

  #setState(state: WatchState, message: string): void {
    const isNew = this.#state !== state;
    this.#state = state;
    if (isNew) this.#options.onState(state, message);
  }
}

/** Images, and tables that may say something of them. */
function isOfConcern(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return classifyFileName(name) !== 'other' || isTable(path);
}

function isTable(path: string): boolean {
  return ['.csv', '.tsv', '.json'].includes(extensionOf(path.slice(path.lastIndexOf('/') + 1)));
}

async function folderTime(folder: string): Promise<number | null> {
  const facts = await stat(folder).catch(() => null);
  return facts?.isDirectory() === true ? facts.mtimeMs : null;
}
