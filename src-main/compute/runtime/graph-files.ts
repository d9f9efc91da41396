// What lives here: ONNX Runtime: graph files, sessions, features of images and texts, and the scans that core drives.
// What may not: the arithmetic of models and methods, which is written as graphs and methods elsewhere.
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { lowerToOnnx } from '../tensor-graph/lower-to-onnx.ts';
import type { Graph } from '../tensor-graph/tensor.ts';

/**
 * Writes a graph beside the weights it points into and returns the file's path. The name is a hash of the content, so a graph
 * that is there already is used as it is. Written under another name first: a crash leaves no half graph under the real one.
 * Throws `forbidden`, `disk-full` or `not-found` naming the folder.
 */
export async function storeGraph(folder: string, graph: Graph): Promise<string> {
  const bytes = lowerToOnnx(graph);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 24);
  const path = join(folder, `${graph.name}-${hash}.onnx`);
  const present = await readFile(path).catch(() => null);
  if (present?.equals(bytes)) return path;

  const temporary = join(folder, `.${graph.name}-${hash}.${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writeError(folder, error);
  }
  return path;
}

export interface PruneGraphsOptions {
  readonly folder: string;
  /** How the names of the graphs begin that are meant; the others stay. */
  readonly prefix: string;
  /** So many that nobody runs stay for the next time, the last used of them. */
  readonly keep: number;
  /** Whether the graph of a path is being run. */
  readonly isInUse: (path: string) => boolean;
}

/** Nobody writes a graph for so long: what is older was left behind by a process that died. */
const abandonedAfterMs = 60 * 60 * 1000;

/**
 * Deletes graphs that were used longest ago, so that every other setting does not leave files for ever, and halves of graphs that a
 * killed process left. What cannot be deleted (Windows locks what is mapped) is tried again the next time; throws nothing.
 */
export async function pruneGraphs({ folder, prefix, keep, isInUse }: PruneGraphsOptions): Promise<void> {
  const names = await readdir(folder).catch((): string[] => []);
  const now = Date.now();
  const unused: { readonly path: string; readonly usedMs: number }[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const isHalf = /^\.[\w-]+-[0-9a-f]{24}\.[0-9a-f-]{36}\.tmp$/.test(name);
    const isMeant = name.startsWith(prefix) && /-[0-9a-f]{24}\.onnx$/.test(name);
    if (isMeant && isInUse(path)) await utimes(path, now / 1000, now / 1000).catch(() => undefined);
    else if (isMeant || isHalf) {
      const usedMs = await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => null,
      );
      if (usedMs === null) continue;
      if (isMeant) unused.push({ path, usedMs });
      else if (now - usedMs > abandonedAfterMs) await remove(path);
    }
  }
  unused.sort((a, b) => b.usedMs - a.usedMs || (a.path < b.path ? -1 : 1));
  for (const { path } of unused.slice(keep)) if (!isInUse(path)) await remove(path);
}

async function remove(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}

function writeError(folder: string, error: unknown): WorkbenchError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const options = { cause: error };
  const what = `The model folder ${folder} needs room for a small graph file`;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new WorkbenchError(
        'forbidden',
        `${what}, but it cannot be written to. Make it writable and try again.`,
        options,
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return new WorkbenchError(
        'disk-full',
        `${what}, but the disk is full. Free some space and try again.`,
        options,
      );
    case 'ENOENT':
    case 'ENOTDIR':
      return new WorkbenchError(
        'not-found',
        `The model folder ${folder} is gone. Import the model again.`,
        options,
      );
    default:
      return new WorkbenchError(
        'unreadable',
        `${what}, but writing failed: ${error instanceof Error ? error.message : String(error)}`,
        options,
      );
  }
}
