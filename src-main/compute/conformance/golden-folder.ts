import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { openSafetensors } from '../checkpoints/open-safetensors.ts';
import type { Expected } from './compare.ts';

/** One `X.json` with the tensors of `X.safetensors` beside it. */
export interface GoldenFile {
  readonly folder: string;
  /** `X` */
  readonly stem: string;
  readonly jsonPath: string;
  readonly json: Readonly<Record<string, unknown>>;
  readonly tensors: ReadonlyMap<string, Expected>;
}

const maxJsonBytes = 64 * 1024 * 1024;

/**
 * Reads every pair of a folder of golden/'s form. Throws `not-found` for a folder that is missing or holds no JSON file and
 * `corrupt-file` naming a file that cannot be read.
 */
export async function readGoldenFolder(folder: string): Promise<readonly GoldenFile[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new WorkbenchError(
      'not-found',
      `${folder} is no folder that can be read. Choose a folder of reference numbers.`,
      {
        cause: error,
      },
    );
  });
  const stems = names
    .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();
  if (stems.length === 0)
    throw new WorkbenchError(
      'not-found',
      `${folder} holds no reference numbers: there is no .json file in it. Choose a folder with pairs of .json and .safetensors files.`,
    );
  const lonely = names.find(
    (name) => name.endsWith('.safetensors') && !stems.includes(name.slice(0, -'.safetensors'.length)),
  );
  if (lonely !== undefined)
    throw new WorkbenchError(
      'corrupt-file',
      `${join(folder, lonely)} has no .json file beside it. Copy the folder again.`,
    );
  return Promise.all(stems.map((stem) => readPair(folder, stem)));
}

async function readPair(folder: string, stem: string): Promise<GoldenFile> {
  const jsonPath = join(folder, `${stem}.json`);
  return {
    folder,
    stem,
    jsonPath,
    json: await readJson(jsonPath),
    tensors: await readTensors(join(folder, `${stem}.safetensors`)),
  };
}

async function readJson(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    if ((await stat(path)).size > maxJsonBytes) throw new Error('it is far too large');
    return z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw damaged(
      path,
      error instanceof SyntaxError ? 'it is not JSON' : 'it does not hold a JSON object',
      error,
    );
  }
}

async function readTensors(path: string): Promise<ReadonlyMap<string, Expected>> {
  const checkpoint = await openSafetensors(path);
  try {
    const tensors = new Map<string, Expected>();
    for (const { name, dtype, shape, readChunks } of checkpoint.tensors.values()) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of readChunks()) chunks.push(Uint8Array.from(chunk));
      const bytes = Buffer.concat(chunks);
      const values = numbersOf(dtype, new Uint8Array(bytes).buffer);
      if (!values) throw damaged(path, `the tensor ${name} has the type ${dtype}, which no golden file uses`);
      tensors.set(name, { shape, data: values });
    }
    return tensors;
  } finally {
    await checkpoint.close();
  }
}

function numbersOf(dtype: string, buffer: ArrayBuffer): ArrayLike<number> | null {
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer);
    case 'F64':
      return new Float64Array(buffer);
    case 'U8':
    case 'BOOL':
      return new Uint8Array(buffer);
    case 'I32':
      return new Int32Array(buffer);
    case 'I64':
      return Float64Array.from(new BigInt64Array(buffer), Number);
    default:
      return null;
  }
}

export function damaged(path: string, what: string, cause?: unknown): WorkbenchError {
  return new WorkbenchError(
    'corrupt-file',
    `${path} cannot be used as reference numbers: ${what}. Copy the folder again.`,
    {
      cause,
    },
  );
}

/** The part of a golden file's JSON that a schema describes; `corrupt-file` where it does not fit. */
export function parseGolden<T>(golden: GoldenFile, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(golden.json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw damaged(golden.jsonPath, `${issue?.path.join('.') ?? 'it'}: ${issue?.message ?? 'does not fit'}`);
}
