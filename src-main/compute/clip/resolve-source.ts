import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { fileError } from '../checkpoints/checkpoint-file.ts';

/** The weight file that a path means, the folder where its configuration would lie, and what to call the model. */
export interface ModelSource {
  readonly weightsFile: string;
  readonly folder: string;
  readonly suggestedName: string;
}

/** Tried in this order in a folder; the first two are Hugging Face's names, the others open_clip's. */
const knownNames = [
  'model.safetensors',
  'pytorch_model.bin',
  'open_clip_model.safetensors',
  'open_clip_pytorch_model.bin',
];
const weightExtensions = new Set(['.pt', '.pth', '.bin', '.safetensors']);

/** `models--openai--clip-vit-large-patch14/snapshots/<hash>` is how Hugging Face's cache keeps a model. */
function nameOfFolder(folder: string): string {
  const cached = /models--([^/\\]+)[/\\]snapshots[/\\][^/\\]+$/.exec(folder);
  return cached?.[1]?.split('--').at(-1) ?? basename(folder);
}

/** Letters, digits, dots, dashes and underscores, lower-cased, as model ids want it. */
function cleanName(name: string): string {
  const clean = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
    .slice(0, 80);
  return clean === '' ? 'clip' : clean;
}

async function findInFolder(folder: string): Promise<string> {
  const names = (await readdir(folder)).sort();
  for (const known of knownNames) if (names.includes(known)) return known;
  const sharded = names.find((name) => /\.(?:safetensors|bin)\.index\.json$/.test(name));
  if (sharded !== undefined) {
    throw new WorkbenchError(
      'unsupported',
      `${join(folder, sharded)}: the weights are split over several files. Save them as one file (save_pretrained with a larger max_shard_size).`,
    );
  }
  const candidates = names.filter(
    (name) => !name.startsWith('.') && weightExtensions.has(extname(name).toLowerCase()),
  );
  const [only] = candidates;
  if (only === undefined) {
    throw new WorkbenchError(
      'not-found',
      `${folder}: no weight file in this folder. Choose a .pt, .pth, .bin or .safetensors file, or a folder that holds one.`,
    );
  }
  if (candidates.length > 1) {
    const shown = candidates.slice(0, 5).join(', ');
    throw new WorkbenchError(
      'bad-request',
      `${folder}: several weight files (${shown}). Choose one of them.`,
    );
  }
  return only;
}

/** Resolves a file or folder that a user chose. Throws `not-found`, `unreadable`, `bad-request`, `unsupported`. */
export async function resolveModelSource(path: string): Promise<ModelSource> {
  try {
    if ((await stat(path)).isDirectory()) {
      const name = await findInFolder(path);
      return { weightsFile: join(path, name), folder: path, suggestedName: cleanName(nameOfFolder(path)) };
    }
  } catch (error) {
    throw fileError(error, path);
  }
  const folder = dirname(path);
  const file = basename(path);
  const name = knownNames.includes(file) ? nameOfFolder(folder) : basename(file, extname(file));
  return { weightsFile: path, folder, suggestedName: cleanName(name) };
}
