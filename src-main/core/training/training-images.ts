import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { fileOf } from '../../../src-shared/domain/dataset.ts';
import type { Model } from '../../../src-shared/domain/model.ts';
import type { ImageScope, TrainableMethodId, TrainingSettings } from '../../../src-shared/domain/training.ts';
import { encodeRuns } from '../../../src-shared/mask/run-length.ts';
import { resizeMask } from '../../images/resize-mask.ts';
import type { ComputeParams } from '../../compute/protocol.ts';
import { readImageMask } from '../datasets/read-image-mask.ts';
import type { Repositories } from '../db/repositories.ts';
import type { LabelledFile } from '../db/labelled-files-repository.ts';

/** What a method learns from, and what it cannot. */
export interface TrainingImages {
  /** By class, then path: the order that everything else counts from. */
  readonly images: readonly LabelledFile[];
  readonly anomalousCount: number;
  /** Anomalous images without a mask. */
  readonly withoutMask: number;
  /** Whether those are left out: to pixel losses no mask would say «nothing here is anomalous». */
  readonly leavesOut: boolean;
  readonly unlabelled: number;
}

/** Whether the method learns from pixels too. */
export function learnsPixels(
  methodId: TrainableMethodId,
  { localLoss, focal, dice, localWeight }: TrainingSettings,
): boolean {
  return methodId !== 'coop' && localLoss && (focal || dice) && localWeight > 0;
}

/** The chosen classes, or all. Throws `not-found` for a class that the set does not have. */
export function classNamesOfScope(
  { images, datasets }: Pick<Repositories, 'images' | 'datasets'>,
  { datasetId, classNames }: ImageScope,
): readonly string[] {
  const all = images.classNames(datasetId);
  if (classNames === null) return all;
  const unknown = classNames.find((name) => !all.includes(name));
  if (unknown !== undefined) {
    const named = all.slice(0, 10).map((one) => `«${one}»`);
    throw new WorkbenchError(
      'not-found',
      `«${datasets.getCore(datasetId)?.name ?? datasetId}» has no class «${unknown}». It has ${named.join(', ')}${all.length > named.length ? ` and ${all.length - named.length} more` : ''}.`,
    );
  }
  return all.filter((name) => classNames.includes(name));
}

/** Labelled images of a scope outside the train split (the papers train on test splits, methods.md §9). */
export function readTrainingImages(
  repositories: Pick<Repositories, 'images' | 'datasets' | 'labelledFiles'>,
  scope: ImageScope,
  methodId: TrainableMethodId,
  settings: TrainingSettings,
): TrainingImages {
  const classNames = classNamesOfScope(repositories, scope);
  const files = repositories.labelledFiles.list(scope.datasetId, classNames);
  const withoutMask = files.filter(
    ({ label, maskPath }) => label === 'anomalous' && maskPath === null,
  ).length;
  const leavesOut = withoutMask > 0 && learnsPixels(methodId, settings);
  const images = leavesOut
    ? files.filter(({ label, maskPath }) => label === 'good' || maskPath !== null)
    : files;
  return {
    images,
    anomalousCount: images.filter(({ label }) => label === 'anomalous').length,
    withoutMask,
    leavesOut,
    unlabelled: repositories.labelledFiles.countUnlabelled(scope.datasetId, classNames),
  };
}

/** The version hash of what checkpoints are measured on: the labelled images of a scope. */
export function versionHashOfScope(repositories: Repositories, scope: ImageScope): string {
  return versionHashOf(
    repositories.labelledFiles.list(scope.datasetId, classNamesOfScope(repositories, scope)),
  );
}

/** SHA-256 in hex over all that learning depends on: which images, as which files, with which labels and masks. */
export function versionHashOf(images: readonly LabelledFile[]): string {
  const hash = createHash('sha256');
  for (const image of images) {
    const { path, className, label, sizeBytes, modifiedAtMs, maskPath, filePath, crop } = image;
    hash.update(
      JSON.stringify([
        ...[path, className, label, sizeBytes, modifiedAtMs, filePath ?? null, crop ?? null],
        ...(label === 'good' ? [] : [maskPath, image.maskSizeBytes, image.maskModifiedAtMs]),
      ]),
    );
    if (image.drawnRuns !== null && label === 'anomalous') hash.update(image.drawnRuns);
  }
  return hash.digest('hex');
}

const halfBytes = 2;

/** Half precision: the class feature, and the patches of each layer where they are learned from. */
export function featureBytesOf(
  methodId: TrainableMethodId,
  settings: TrainingSettings,
  { config }: Pick<Model, 'config'>,
): number {
  const { patchSize } = config.vision;
  const patches = (settings.imageSizePx / patchSize) ** 2;
  const layers = methodId === 'coop' ? 0 : settings.layers.length;
  return halfBytes * config.embeddingSize * (1 + layers * patches);
}

type OpenImage = ComputeParams<'training.open'>['images'][number];

/**
 * An image as the compute process wants it, its mask resized as the papers do (methods.md §9). Throws what `readImageMask`
 * throws: of a mask that cannot be read nobody knows what it marks.
 */
export async function toOpenImage(
  images: Pick<Repositories['images'], 'drawnMask'>,
  root: string,
  image: LabelledFile,
  sizePx: number,
): Promise<OpenImage> {
  return {
    imagePath: join(root, fileOf(image)),
    ...(image.crop === undefined ? {} : { crop: image.crop }),
    className: image.className,
    label: image.label === 'anomalous' ? 1 : 0,
    mask: image.label === 'anomalous' ? await readMaskAt(images, root, image, sizePx) : null,
  };
}

async function readMaskAt(
  images: Pick<Repositories['images'], 'drawnMask'>,
  root: string,
  image: LabelledFile,
  sizePx: number,
): Promise<OpenImage['mask']> {
  const mask = await readImageMask(images, root, image);
  if (mask === null) return null;
  const isOfSize = mask.width === sizePx && mask.height === sizePx;
  const { runs } = encodeRuns(isOfSize ? mask.data : resizeMask(mask, sizePx, sizePx), sizePx, sizePx);
  return { width: sizePx, height: sizePx, runs: Uint32Array.from(runs) };
}
