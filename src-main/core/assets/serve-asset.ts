import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAssetPath, type AssetRequest } from '../../../src-shared/contract/asset-paths.ts';
import { toErrorShape, WorkbenchError, type ErrorCode } from '../../../src-shared/contract/errors.ts';
import type { AssetAsking, AssetResponse, Log } from '../core.ts';
import { fileOf } from '../../../src-shared/domain/dataset.ts';
import { requireExport } from '../exports/require-export.ts';
import { reportContentType, reportName } from '../exports/report-writer.ts';
import { isInside } from '../is-inside.ts';
import type { ImageLocation } from '../db/images-repository.ts';
import type { PreviewPictures } from '../datasets/preview-pictures.ts';
import type { Repositories } from '../db/repositories.ts';
import { fromSystemError } from '../error-report.ts';
import type { ImageTools } from './image-tools.ts';
import { createLimitedWork } from './limited-work.ts';
import { fileKey, type FileState, type ThumbnailStore } from './thumbnail-store.ts';

export interface AssetServerOptions {
  readonly repositories: Repositories;
  /** Files of folders that are looked into before they are imported. */
  readonly previewPictures: PreviewPictures;
  readonly tools: ImageTools;
  readonly thumbnails: ThumbnailStore;
  readonly log: Log;
}

type Body = Pick<AssetResponse, 'contentType' | 'bytes' | 'filePath'>;

/** What to send, made only when the browser does not have it yet. */
interface Asset {
  readonly etag: string;
  readonly make: (signal?: AbortSignal) => Promise<Body>;
}

/**
 * Answers asset addresses. Files are named by the id of an image in a registered data set or of a preview's picture, never
 * by a path, and are served only when their real path lies under that folder's root.
 */
export function createAssetServer({
  repositories,
  previewPictures,
  tools,
  thumbnails,
  log,
}: AssetServerOptions) {
  const converting = createLimitedWork<Body>(2);

  /** A file of a data set, as long as it lies in it, links resolved. */
  async function locate(dataset: { readonly root: string }, path: string): Promise<FileState> {
    try {
      const root = await realpath(dataset.root);
      const filePath = await realpath(join(dataset.root, path));
      if (!isInside(root, filePath)) {
        throw new WorkbenchError('forbidden', `${path} leads out of its data set and is not shown.`);
      }
      const { size, mtimeMs } = await stat(filePath);
      return { filePath, sizeBytes: size, modifiedAtMs: mtimeMs };
    } catch (thrown) {
      throw fromSystemError(thrown, join(dataset.root, path));
    }
  }

  async function locateImage(imageId: number): Promise<FileState> {
    const image = requireImage(imageId);
    const file = await locate(image, fileOf(image));
    return { ...file, ...(image.crop === undefined ? {} : { crop: image.crop }) };
  }

  function requireImage(imageId: number): ImageLocation {
    const image = repositories.images.locate(imageId);
    if (image === null) {
      throw new WorkbenchError('not-found', `Image ${imageId} has no such file in any data set.`);
    }
    return image;
  }

  async function findMask(imageId: number): Promise<Asset> {
    const image = requireImage(imageId);
    if (image.maskPath === null) {
      throw new WorkbenchError('not-found', `Image ${imageId} has no such file in any data set.`);
    }
    const drawn = repositories.images.drawnMask(imageId);
    if (drawn !== null) {
      const { width, height, runs } = drawn;
      const bytes = new Uint8Array(runs.buffer, runs.byteOffset, runs.byteLength);
      const etag = `mask-${createHash('sha256').update(`${width} ${height} `).update(bytes).digest('hex').slice(0, 40)}`;
      return { etag, make: (signal) => converting.once(etag, async () => maskBody(await tools.mask(drawn)), signal) };
    }
    const file = await locate(image, image.maskPath);
    const { crop } = image;
    const etag = `mask-${fileKey({ ...file, ...(crop === undefined ? {} : { crop }) })}`;
    return {
      etag,
      make: (signal) => converting.once(etag, async () => maskBody(await tools.mask(file.filePath, crop)), signal),
    };
  }

  async function find(request: AssetRequest): Promise<Asset> {
    switch (request.kind) {
      case 'image': {
        const file = await locateImage(request.imageId);
        const etag = `image-${fileKey(file)}`;
        return { etag, make: (signal) => converting.once(etag, () => makeImage(file), signal) };
      }
      case 'thumbnail': {
        const file = await locateImage(request.imageId);
        return {
          etag: `thumbnail-${request.sizePx}-${fileKey(file)}`,
          make: async (signal) => ({
            contentType: 'image/jpeg',
            bytes: await thumbnails.get(file, request.sizePx, signal),
          }),
        };
      }
      case 'windowed': {
        const file = await locateImage(request.imageId);
        const { sizePx, level, window } = request;
        const etag = `windowed-${sizePx}-${level}-${window}-${fileKey(file)}`;
        // Not kept: who looks for a window passes many.
        const make = async (): Promise<Body> => ({
          contentType: 'image/jpeg',
          bytes: await tools.windowed(file.filePath, sizePx, { level, window }, file.crop),
        });
        return { etag, make: (signal) => converting.once(etag, make, signal) };
      }
      case 'mask':
        return await findMask(request.imageId);
      case 'map': {
        const bytes = repositories.results.patchMap(request.runId, request.imageId);
        if (bytes === null) {
          throw new WorkbenchError('not-found', `Run ${request.runId} has no map of image ${request.imageId}.`);
        }
        return {
          etag: `map-${createHash('sha256').update(bytes).digest('hex').slice(0, 40)}`,
          make: () => Promise.resolve({ contentType: 'application/octet-stream', bytes }),
        };
      }
      case 'training-probe': {
        const { trainingId, epoch, imageId } = request;
        const bytes = repositories.trainingCheckpoints.probeMap(trainingId, epoch, imageId);
        if (bytes === null) {
          throw new WorkbenchError(
            'not-found',
            `Epoch ${epoch} of training ${trainingId} has no map of image ${imageId}.`,
          );
        }
        return {
          etag: `map-${createHash('sha256').update(bytes).digest('hex').slice(0, 40)}`,
          make: () => Promise.resolve({ contentType: 'application/octet-stream', bytes }),
        };
      }
      case 'seen': {
        const run = repositories.runs.get(request.runId);
        if (run === null) throw new WorkbenchError('not-found', `There is no run ${request.runId}.`);
        const file = await locateImage(request.imageId);
        const { sizePx } = run.rendering;
        const etag = `seen-${sizePx}-${fileKey(file)}`;
        const make = async (): Promise<Body> => ({
          contentType: 'image/png',
          bytes: await tools.modelView(file.filePath, sizePx, file.crop),
        });
        return { etag, make: (signal) => converting.once(etag, make, signal) };
      }
      case 'preview': {
        const picture = previewPictures.find(request.previewId, request.place);
        if (picture === null) {
          throw new WorkbenchError('not-found', 'This preview is over. Look into the folder again.');
        }
        const file = await locate(picture, picture.file);
        const etag = `preview-${fileKey({ ...file, ...(picture.crop === undefined ? {} : { crop: picture.crop }) })}`;
        // Not kept: nothing is stored of a folder before its import.
        const make = async (): Promise<Body> => ({
          contentType: 'image/jpeg',
          bytes: await tools.thumbnail(file.filePath, 128, picture.crop),
        });
        return { etag, make: (signal) => converting.once(etag, make, signal) };
      }
      case 'report': {
        const { folder } = requireExport(repositories, request.jobId);
        const file = await locate({ root: folder }, reportName);
        return {
          etag: `report-${fileKey(file)}`,
          make: () => Promise.resolve({ contentType: reportContentType, filePath: file.filePath }),
        };
      }
      case 'samples': {
        const file = await locateImage(request.imageId);
        const etag = `samples-${fileKey(file)}`;
        const make = async (): Promise<Body> => ({
          contentType: 'application/octet-stream',
          bytes: await tools.samples(file.filePath, file.crop),
        });
        return { etag, make: (signal) => converting.once(etag, make, signal) };
      }
    }
  }

  async function makeImage(file: FileState): Promise<Body> {
    const shown = await tools.display(file.filePath, file.crop);
    return shown.kind === 'file'
      ? { contentType: shown.contentType, filePath: file.filePath }
      : { contentType: shown.contentType, bytes: shown.bytes };
  }

  function maskBody(bytes: Uint8Array): Body {
    return { contentType: 'image/png', bytes };
  }

  return async (path: string, { ifNoneMatch, signal }: AssetAsking = {}): Promise<AssetResponse> => {
    const request = parseAssetPath(path);
    if (request === null) return refusal(400, 'This is no asset address.');
    try {
      const asset = await find(request);
      const etag = `"${asset.etag}"`;
      // `no-cache` lets the browser keep it but ask first: the file under an id may change.
      const headers = { etag, 'cache-control': 'private, no-cache', 'x-content-type-options': 'nosniff' };
      if (ifNoneMatch !== undefined && matches(ifNoneMatch, etag)) {
        return { status: 304, contentType: 'application/octet-stream', headers };
      }
      return { status: 200, headers, ...(await asset.make(signal)) };
    } catch (thrown) {
      const { code, message } = toErrorShape(thrown);
      const status = statusOf(code);
      if (status === 500 && signal?.aborted !== true) log('error', `Asset ${path}: ${message}`);
      return refusal(status, message);
    }
  };
}

function matches(ifNoneMatch: string, etag: string): boolean {
  return ifNoneMatch.split(',').some((candidate) => {
    const trimmed = candidate.trim();
    return trimmed === '*' || trimmed.replace(/^W\//, '') === etag;
  });
}

function statusOf(code: ErrorCode): AssetResponse['status'] {
  switch (code) {
    case 'bad-request':
      return 400;
    case 'forbidden':
      return 403;
    case 'not-found':
      return 404;
    case 'unreadable':
    case 'unsupported':
    case 'corrupt-file':
    case 'too-large':
      return 415;
    case 'unknown-method':
    case 'already-exists':
    case 'in-use':
    case 'needs-choice':
    case 'incompatible':
    case 'unavailable':
    case 'cancelled':
    case 'compute-crashed':
    case 'disk-full':
    case 'busy':
    case 'internal':
      return 500;
  }
}

function refusal(status: AssetResponse['status'], message: string): AssetResponse {
  return {
    status,
    contentType: 'text/plain; charset=utf-8',
    headers: { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
    bytes: new TextEncoder().encode(message),
  };
}
