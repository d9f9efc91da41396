import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { sha256OfFile } from '../../system/hash-file.ts';
import type { ImageRegion } from '../../images/rgb-image.ts';
import { weightsFileName } from '../clip/model-weights.ts';
import type { FeatureNeeds } from '../methods/method.ts';
import type { StoredModel } from '../runtime/feature-extractor.ts';

/** Counts what changes features and is in no setting: decoding, resizing, the encoder's arithmetic. */
const arithmetic = 1;
/** Files whose hash is remembered while they keep size and time. */
const mostRemembered = 100_000;

/** Hashes of files, made once for each state of a file. */
export type FileHashes = (path: string) => Promise<string>;

/** The returned function throws what the file system throws. */
export function createFileHashes(): FileHashes {
  const known = new Map<string, { readonly state: string; readonly hash: Promise<string> }>();
  return async (path) => {
    const { size, mtimeMs, ctimeMs } = await stat(path);
    const state = `${size} ${mtimeMs} ${ctimeMs}`;
    const found = known.get(path);
    if (found?.state === state) return found.hash;
    if (known.size >= mostRemembered) known.clear();
    const hash = sha256OfFile(path);
    known.set(path, { state, hash });
    hash.catch(() => known.delete(path));
    return hash;
  };
}

/** What of `model.json` is read: see `importModel`. */
const descriptionSchema = z.object({ provenance: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }) });

/** sha256 of a model's weights: as its import wrote it beside them, else of the file itself. */
export async function modelHash({ folder }: StoredModel, hashes: FileHashes): Promise<string> {
  try {
    const text = await readFile(join(folder, 'model.json'), 'utf8');
    const parsed = descriptionSchema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data.provenance.sha256;
  } catch {
    // Models of tests and of other programs have no description.
  }
  return hashes(join(folder, weightsFileName));
}

/** All of the key that is the same for every image of a pass. */
export function passKey({ config }: StoredModel, modelSha256: string, needs: FeatureNeeds): string {
  const { imageSizePx, classFeature, rawClassFeature, patchFeatures, patchTokens, windows, dpam } = needs;
  return JSON.stringify([
    arithmetic,
    modelSha256,
    // The same weights with another activation or other heads are another model.
    config,
    imageSizePx,
    [classFeature, rawClassFeature, patchFeatures, patchTokens].map(Boolean),
    windows ?? [],
    dpam ? [dpam.variant, dpam.blocks, dpam.layers] : null,
  ]);
}

/** 64 hexadecimal digits. */
export function imageKey(pass: string, imageSha256: string, crop: ImageRegion | undefined): string {
  const part = crop ? [crop.x, crop.y, crop.width, crop.height] : null;
  return createHash('sha256')
    .update(JSON.stringify([imageSha256, part]))
    .update(pass)
    .digest('hex');
}
