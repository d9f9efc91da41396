import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAssetPath, type AssetRequest } from '../../../src-shared/contract/asset-paths.ts';
import { toErrorShape, WorkbenchError, type ErrorCode } from '../../../src-shared/contract/errors.ts';
import type { AssetResponse, Log } from '../core.ts';
import { isInside } from '../datasets/read-folder.ts';
import type { Repositories } from '../db/repositories.ts';
import { fromSystemError } from '../error-report.ts';
import type { ImageTools } from './image-tools.ts';
import { createLimitedWork } from './limited-work.ts';
import { fileKey, type FileState, type ThumbnailStore } from './thumbnail-store.ts';

export interface AssetServerOptions {
  readonly repositories: Repositories;
  readonly tools: ImageTools;
  readonly thumbnails: ThumbnailStore;
  readonly log: Log;
}

type Body = Pick<AssetResponse, 'contentType' | 'bytes' | 'filePath'>;

/** What to send, made only when the browser does not have it yet. */
interface Asset {
  readonly etag: string;
  readonly make: () => Promise<Body>;
}

/**
 * Answers asset addresses. Files are named by the id of an image in a registered data set, never by a path, and are served
 * only when their real path lies under that data set's root.
 */
export function createAssetServer({ repositories, tools, thumbnails, log }: AssetServerOptions) {
  const converting = createLimitedWork<Body>(2);

  async function locate(imageId: number, which: 'image' | 'mask'): Promise<FileState> {
    const location = repositories.images.locate(imageId);
    const path = which === 'image' ? location?.path : location?.maskPath;
    if (location === null || path === undefined || path === null) {
      throw new WorkbenchError('not-found', `Image ${imageId} has no such file in any data set.`);
    }
    try {
      const root = await realpath(location.root);
      const filePath = await realpath(join(location.root, path));
      if (!isInside(root, filePath)) {
        throw new WorkbenchError('forbidden', `${path} leads out of its data set and is not shown.`);
      }
      const { size, mtimeMs } = await stat(filePath);
      return { filePath, sizeBytes: size, modifiedAtMs: mtimeMs };
    } catch (thrown) {
      throw fromSystemError(thrown, join(location.root, path));
    }
  }

  async function find(request: AssetRequest): Promise<Asset> {
    switch (request.kind) {
      case 'image': {
        const file = await locate(request.imageId, 'image');
        const etag = `image-${fileKey(file)}`;
        return { etag, make: () => converting.once(etag, () => makeImage(file)) };
      }
      case 'thumbnail': {
        const file = await locate(request.imageId, 'image');
        return {
          etag: `thumbnail-${request.sizePx}-${fileKey(file)}`,
          make: async () => ({
            contentType: 'image/jpeg',
            bytes: await thumbnails.get(file, request.sizePx),
          }),
        };
      }
      case 'mask': {
        const file = await locate(request.imageId, 'mask');
        const etag = `mask-${fileKey(file)}`;
        return { etag, make: () => converting.once(etag, () => makeMask(file)) };
      }
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
    }
  }

  async function makeImage(file: FileState): Promise<Body> {
    const shown = await tools.display(file.filePath);
    return shown.kind === 'file'
      ? { contentType: shown.contentType, filePath: file.filePath }
      : { contentType: shown.contentType, bytes: shown.bytes };
  }

  async function makeMask(file: FileState): Promise<Body> {
    return { contentType: 'image/png', bytes: await tools.mask(file.filePath) };
  }

  return async (path: string, ifNoneMatch?: string): Promise<AssetResponse> => {
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
      return { status: 200, headers, ...(await asset.make()) };
    } catch (thrown) {
      const { code, message } = toErrorShape(thrown);
      const status = statusOf(code);
      if (status === 500) log('error', `Asset ${path}: ${message}`);
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
