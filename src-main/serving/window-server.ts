import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { toErrorShape } from '../../src-shared/contract/errors.ts';
import { cspNoncePlaceholder } from '../../src-shared/contract/wire.ts';
import type { Core } from '../core/core.ts';
import { openFileBody } from './file-body.ts';
import { contentSecurityPolicy, securityHeaders } from './security-headers.ts';
import { listWindowFiles, type WindowFile } from './window-files.ts';

export interface WindowServerOptions {
  readonly core: Pick<Core, 'asset'>;
  /** Folder of the built window: `index.html` and what it loads. */
  readonly rendererFolder: string;
  /** Origins beside its own that the window may connect to. */
  readonly connect?: readonly string[];
}

/** The part of a request that decides the answer. `path` is the address's path without query, still percent-encoded. */
export interface WindowRequest {
  readonly method: string;
  readonly path: string;
  readonly ifNoneMatch?: string | undefined;
  /** Whoever asks has gone away. */
  readonly signal?: AbortSignal | undefined;
}

export type WindowServer = (request: WindowRequest) => Promise<Response>;

/**
 * One function from request to response, the same for the web host and for Electron's protocol. The answer never
 * rejects: what goes wrong becomes a status with a sentence.
 */
export async function createWindowServer(options: WindowServerOptions): Promise<WindowServer> {
  const files = await listWindowFiles(options.rendererFolder);
  const index = files.get('/index.html');

  const answer: WindowServer = async (request) => {
    const { method, path } = request;
    if (method !== 'GET' && method !== 'HEAD')
      return plain(405, 'Only GET and HEAD are answered here.', { Allow: 'GET, HEAD' });
    const file = files.get(path);
    if (index !== undefined && (file === index || isViewPath(path)))
      return await serveIndex(index, options.connect);
    if (file !== undefined) return await serveFile(file.filePath, 200, fileHeaders(file));
    if (path.startsWith('/assets/')) return await serveAsset(options.core, request);
    return plain(404, 'There is nothing at this address.');
  };
  return async (request) => {
    try {
      return await answer(request);
    } catch (error) {
      return plain(500, toErrorShape(error).message);
    }
  };
}

/** The state of a view is in the address: a path that cannot be a file's is the window itself. */
function isViewPath(path: string): boolean {
  return !path.startsWith('/assets/') && !/[.%\\]|\/\//.test(path);
}

async function serveIndex(index: WindowFile, connect: readonly string[] = []): Promise<Response> {
  const nonce = randomBytes(16).toString('base64');
  const html = (await readFile(index.filePath, 'utf8')).replaceAll(cspNoncePlaceholder, nonce);
  return new Response(html, {
    headers: {
      ...securityHeaders,
      'Content-Type': index.contentType,
      'Cache-Control': 'no-store',
      'Content-Security-Policy': contentSecurityPolicy(nonce, connect),
    },
  });
}

function fileHeaders(file: WindowFile): Record<string, string> {
  return { 'Content-Type': file.contentType, 'Cache-Control': 'no-cache' };
}

/** A report brings its style and its pictures with it, and runs nothing. */
const reportPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";

async function serveAsset(
  core: Pick<Core, 'asset'>,
  { path, ifNoneMatch, signal }: WindowRequest,
): Promise<Response> {
  const asset = await core.asset(path, { ifNoneMatch, signal });
  // A user's SVG or HTML opened as a page of ours must not run: an asset gets a policy that allows nothing.
  const headers = {
    ...asset.headers,
    'Content-Type': asset.contentType,
    'Content-Security-Policy': asset.contentType.startsWith('text/html')
      ? reportPolicy
      : "default-src 'none'; sandbox",
  };
  if (asset.filePath !== undefined) return await serveFile(asset.filePath, asset.status, headers);
  const body = asset.status === 304 ? null : (asset.bytes ?? null);
  return new Response(body === null ? null : new Uint8Array(body), {
    status: asset.status,
    headers: { ...securityHeaders, ...headers },
  });
}

/** Streams a file; its length is the one of the handle that is read, whatever happens to the name meanwhile. */
async function serveFile(
  filePath: string,
  status: number,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  const { body, sizeBytes } = await openFileBody(filePath);
  return new Response(body, {
    status,
    headers: { ...securityHeaders, ...headers, 'Content-Length': String(sizeBytes) },
  });
}

/** An answer in words. */
export function plain(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(`${message}\n`, {
    status,
    headers: { ...securityHeaders, 'Content-Type': 'text/plain; charset=utf-8', ...headers },
  });
}
