// What lives here: ONNX Runtime: graph files, sessions, features of images and texts, and the scans that core drives.
// What may not: the arithmetic of models and methods, which is written as graphs and methods elsewhere.
import { createHash, randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
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
